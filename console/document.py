"""What every document that `--json` prints has in common."""

import msgspec


class Document(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", forbid_unknown_fields=True
):
    """One JSON object; `schema` is its first key and says which."""
