"""Builds the compiled kernels where there is a compiler; without one, an install is plain."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KERNELS = {
    "controller._emg_hop": "controller/emg_hop",
    "sim._ticks": "sim/ticks",
    "sim._mix": "sim/mix",
}
"""Each extension, and where its C source and its header are."""

FLAGS = ["-std=c11", "-O2", "-fno-fast-math", "-ffp-contract=off", "-Wall", "-Wextra"]
"""Nothing fast and nothing contracted: the bits are those of the plain twins."""


class Kernels(BuildHookInterface[Any]):
    """Compiles next to the sources for an editable install, else into the wheel alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile all kernels, or none."""
        root = Path(self.root)
        self._scratch = TemporaryDirectory()
        try:
            built = [self._compiled(root, name, at) for name, at in KERNELS.items()]
        except Exception as error:  # noqa: BLE001  whatever is missing, a plain install works
            why = str(error).partition("\n")[0]
            self.app.display_warning(f"no compiled kernels, all works without them: {why}")
            return
        if version == "editable":
            for file, inside in built:
                (root / inside).unlink(missing_ok=True)  # never under a process that uses it
                shutil.move(file, root / inside)
            return
        build_data["force_include"].update({str(file): inside for file, inside in built})
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the scaffolding away."""
        self._scratch.cleanup()

    def _compiled(self, root: Path, name: str, at: str) -> tuple[Path, str]:
        """Return the extension `name`, and where in the wheel it belongs."""
        from cffi import FFI

        source = root / at
        ffi = FFI()
        header, code = source.with_suffix(".h"), source.with_suffix(".c")
        stamp = crc32(header.read_bytes() + code.read_bytes())  # as firmware_bridge/kernels.py
        ffi.cdef(header.read_text("utf-8") + "#define BUILT_FROM ...\n")
        ffi.set_source(
            name,
            f'#include <stdint.h>\n#include "{header.name}"\n#define BUILT_FROM {stamp}u\n',
            sources=[str(code)],
            include_dirs=[str(source.parent)],
            extra_compile_args=FLAGS,
        )
        file = Path(ffi.compile(tmpdir=self._scratch.name))
        return file, file.relative_to(Path(self._scratch.name).resolve()).as_posix()
