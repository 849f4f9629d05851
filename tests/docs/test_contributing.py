"""The product that the page shows is one: it is run, driven, stopped and played on."""

from controller.play import prepare
from firmware_bridge.advertisement import Advertisement
from firmware_bridge.meet_product import connect_product
from firmware_bridge.wish import with_gain_and_cap
from sim.products.emulation import Emulation
from sim.products.memory import MemoryWire
from tests.docs.pages import blocks, read
from tests.firmware_bridge.products.shop import Hand, until


def example():
    (code,) = [b for b in blocks(read("CONTRIBUTING.md"), "python") if "class Hum" in b]
    return code


def hum():
    names = {}
    exec(compile(example(), "CONTRIBUTING.md", "exec"), names)  # noqa: S102
    return names["Hum"]()


class HumBed(Emulation):
    service = "0000a0a0-0000-1000-8000-00805f9b34fb"
    written = "0000a0a1-0000-1000-8000-00805f9b34fb"
    name = "hum-7"

    def obey(self, value):
        assert value[0] == 0xA0
        self.run(zone=value[1])


def test_a_product_fits_forty_lines_of_code():
    lines = [line for line in example().splitlines() if line.strip()]
    assert len(lines) <= 40


async def test_the_product_of_the_page_is_driven():
    product, bed = hum(), HumBed()
    bed.run(zone=3)
    device = await connect_product(product, MemoryWire(bed))
    assert not bed.runs
    channel = product.capabilities.channel("pressure")
    async with Hand(device, channel) as hand:
        hand.ask(2.5 * channel.step)
        await until(lambda: bed.levels["zone"] == 2)
    await device.aclose()
    assert not bed.runs


async def test_a_profile_fits_the_product_of_the_page():
    capabilities = with_gain_and_cap(hum().capabilities)
    text = """
        format: myoloop-profile/1
        id: brief
        revision: 1
        title: Brief
        region: upper_trapezius
        needs: {channels: [pressure]}
        limits: {pressure: 12 kPa, rise: 40 kPa/s, session: 2 min}
        steps:
          - settle: {pressure: 8 kPa, for: 5 s}
    """
    assert prepare(text, "brief", capabilities, {}).levels.highest == 1


def test_the_product_of_the_page_is_recognised():
    assert hum().matches(Advertisement(address="", name="Hum-7")) == 0.8
