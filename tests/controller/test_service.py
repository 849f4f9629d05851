"""The door of a session: who may order what, and what rubbish does to it."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.door import PROTOCOL, STRANGER_FRAME, WATCHER_FRAME, Hello, Welcome, encode
from controller.lease import FIRST_WITHIN_S
from controller.remote import SILENT_S, Remote
from controller.service import MAX_STRANGERS, MAX_VISITORS
from controller.visitor import HELLO_WITHIN_S
from controller.visits import (
    Act,
    Alive,
    Asked,
    Connect,
    Connected,
    Done,
    Leased,
    Over,
    Stands,
    Take,
    asked_of,
)
from controller.words import (
    Accepted,
    Ceiling,
    Ease,
    Mark,
    Pain,
    Pause,
    Rejected,
    Release,
    Resume,
    Stop,
)
from firmware_bridge.discovery import open_device
from firmware_bridge.links.local import SERVED_A_TURN, memory_pair
from tests.controller.doors import URL, house

ORDERS = [Release(), Ease(0.5), Ceiling(5.0), Pause(), Resume(), Mark("here")]
BUSINESS = [Take(30.0), Connect(URL), Alive(), Done(1), Act(1)]


async def answered(caller, number=1):
    """Return the answer to an order, once it is there."""
    async with asyncio.timeout(1.0):
        while True:
            for word in caller.said:
                if getattr(word, "number", None) == number and hasattr(word, "answer"):
                    return word.answer
            await asyncio.sleep(0.001)


async def works_for_others(one):
    """The door is there for whoever comes next."""
    caller = one.call().hello("watcher")
    await asyncio.sleep(0.01)
    assert caller.heard(Welcome)
    await caller.link.aclose()


async def test_a_stop_needs_the_token_and_no_role():
    async with house() as one:
        caller = one.call().hello("none")
        caller.ask(Stop())
        assert await answered(caller) == Accepted()
        await one.visit


@pytest.mark.parametrize("role", ["none", "watcher"])
async def test_that_it_hurts_may_be_said_by_anybody(role):
    async with house() as one:
        caller = one.call().hello(role)
        caller.ask(Pain())
        assert await answered(caller) == Rejected("nothing plays yet")


@pytest.mark.parametrize("role", ["none", "watcher"])
@pytest.mark.parametrize("order", [*ORDERS, *BUSINESS], ids=lambda o: type(o).__name__)
async def test_everything_else_needs_an_operator(order, role):
    async with house() as one:
        caller = one.call().hello(role)
        caller.ask(order)
        answer = await answered(caller)
        assert answer == Rejected("only an operator may do more than stop, and say that it hurts")
        assert not one.visit.done()


@pytest.mark.parametrize("order", [Connect(URL), Alive(), Done(1), Act(1)], ids=str)
async def test_only_its_keeper_may_do_the_business_of_a_session(order):
    async with house() as one:
        keeper = one.call().hello("operator")
        keeper.ask(Take(30.0))
        other = one.call().hello("operator")
        other.ask(order)
        assert await answered(other) == Rejected("this session is kept by somebody else")


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_any_operator_may_give_orders_to_the_session(order):
    async with house() as one:
        caller = one.call().hello("operator")
        caller.ask(order)
        answer = await answered(caller)
        assert answer == (
            Accepted() if isinstance(order, Release) else Rejected("nothing plays yet")
        )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (encode(Hello(PROTOCOL, "guessed")), "not the token"),
        (encode(Hello(PROTOCOL, "")), "not the token"),
        (encode(Hello(PROTOCOL, "\N{SNOWMAN}", "operator")), "not the token"),
        (encode(Hello(99, "guessed")), "protocol 1, not 99"),
        (encode(Asked(1, Stop())), "no word of the door"),
        (b"\xff\x00\xff\x00", "no word of the door"),
        (b"", "no word of the door"),
        (bytes(STRANGER_FRAME + 1), "too long"),
    ],
)
async def test_a_stranger_gets_one_refusal_and_the_session_nothing(body, why):
    async with house() as one:
        caller = one.call()
        caller.link.send(body)
        for _ in range(3):
            caller.link.send(encode(Asked(1, Stop())))
        await asyncio.sleep(0.1)
        (refusal,) = caller.refusals
        assert why in refusal
        assert caller.hung_up
        assert not one.visit.done()
        await works_for_others(one)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_hello_or_one_refusal(body):
    from sim.virtual_time import run

    async def meet():
        async with house() as one:
            caller = one.call()
            caller.link.send(body)
            await asyncio.sleep(0.1)
            assert len(caller.refusals) == 1

    run(meet())


async def test_rubbish_after_a_good_hello_ends_that_connection_alone():
    async with house() as one:
        other = one.call().hello("watcher")
        caller = one.call().hello("operator")
        caller.ask(Take(30.0))
        caller.link.send(b"abc")
        await asyncio.sleep(0.1)
        assert "no word of the door" in caller.refusals[0]
        assert not other.hung_up
        assert not one.visit.done()  # its keeper is gone, and has half a minute to come back


async def test_a_watcher_that_sends_a_program_is_refused():
    async with house() as one:
        caller = one.call().hello("watcher")
        caller.link.send(bytes(WATCHER_FRAME + 1))
        await asyncio.sleep(0.1)
        assert "too long" in caller.refusals[0]


async def test_whoever_says_nothing_is_shown_out():
    async with house() as one:
        caller = one.call()
        await asyncio.sleep(HELLO_WITHIN_S + 0.5)
        assert caller.refusals == ["nothing was said here in time"]


async def test_a_crowd_of_strangers_keeps_nobody_out():
    async with house() as one:
        crowd = [one.call() for _ in range(3 * MAX_STRANGERS)]
        await works_for_others(one)
        await asyncio.sleep(0.5)
        assert sum(bool(caller.refusals) for caller in crowd) >= 2 * MAX_STRANGERS


async def test_in_a_crowd_of_watchers_a_stop_still_gets_in():
    async with house() as one:
        crowd = [one.call().hello("watcher") for _ in range(MAX_VISITORS + 3)]
        await asyncio.sleep(0.1)
        assert [bool(caller.refusals) for caller in crowd].count(True) == 3
        caller = one.call().hello("none")
        caller.ask(Stop())
        assert await answered(caller) == Accepted()


async def test_a_flood_of_orders_is_answered_a_few_at_a_time_and_holds_nobody_up():
    loop = asyncio.get_running_loop()
    async with house() as one:
        flooder = one.call().hello("operator")
        flood = encode(Asked(7, Mark("again")))
        flooder.link.send_all([flood] * 2000)
        answers_before = len(flooder.said)
        began_s = loop.time()
        await works_for_others(one)
        assert loop.time() - began_s < 0.1
        await asyncio.sleep(0.1)
        assert answers_before <= SERVED_A_TURN + 2
        assert len(flooder.said) < 200
        await asyncio.sleep(5.0)
        assert len(flooder.said) > 2000  # every order gets its answer, in the end
        await flooder.link.aclose()


async def test_a_newcomer_is_told_how_things_stand():
    async with house() as one:
        keeper = await one.remote()
        await keeper.take(0.0)
        await keeper.order(Connect(URL))
        await asyncio.sleep(1.0)
        newcomer = one.call().hello("watcher")
        await asyncio.sleep(0.01)
        welcome, stands, connected = newcomer.said
        assert isinstance(welcome, Welcome)
        assert stands == Stands("connected")
        assert isinstance(connected, Connected)
        assert connected.capabilities.emulated
        await keeper.aclose()


@pytest.mark.parametrize("standing", ["running", "paused"])
async def test_a_session_that_may_press_and_says_nothing_is_soon_given_up(standing):
    near, far = memory_pair()
    far.listen(lambda body, at_s: None, lambda error: None)
    lost = asyncio.Event()
    remote = Remote(near, lambda news: None, lambda why: lost.set())
    far.send(encode(Welcome(PROTOCOL, 1)))
    far.send(encode(Stands(standing)))
    await remote.enter("watcher")
    async with asyncio.timeout(SILENT_S + 1.5):
        await lost.wait()
    await remote.aclose()
    await far.aclose()


async def test_whoever_has_no_role_hears_answers_alone():
    async with house() as one:
        caller = one.call().hello("none")
        keeper = await one.remote()
        await keeper.take(0.0)
        await keeper.order(Connect(URL))
        await asyncio.sleep(2.0)
        assert [type(word) for word in caller.said] == [Welcome]
        await keeper.aclose()


# --- the lease --------------------------------------------------------------------------------


async def test_a_keeper_keeps_the_session_for_as_long_as_it_says_that_it_is_alive():
    async with house() as one:
        keeper = await one.remote()
        await keeper.take(0.0)
        await asyncio.sleep(60.0)
        assert not one.visit.done()
        await keeper.aclose()
        await one.visit


async def test_a_keeper_that_falls_silent_is_taken_for_gone():
    async with house() as one:
        keeper = one.call().hello("operator")
        keeper.ask(Take(0.0))
        await asyncio.sleep(2.5)
        assert not one.visit.done()
        await asyncio.sleep(1.0)
        assert keeper.refusals == ["nothing was heard of this client for too long"]
        await one.visit


async def test_without_its_keeper_a_session_ends_after_its_grace():
    async with house() as one:
        watcher = one.call().hello("watcher")
        keeper = one.call().hello("operator")
        keeper.ask(Take(5.0))
        await asyncio.sleep(0.1)
        await keeper.link.aclose()
        await asyncio.sleep(4.5)
        assert watcher.heard(Leased)[-1] == Leased(held=False, grace_s=5.0)
        assert not one.visit.done()
        await asyncio.sleep(1.0)
        assert one.visit.done()
        (over,) = watcher.heard(Over)
        assert over.trouble.kind == "left"


async def test_a_release_that_is_said_again_does_not_break_off_the_hanging_up(monkeypatch):
    hung_up = asyncio.Event()

    @contextlib.asynccontextmanager
    async def slow_to_leave(url):
        try:
            async with open_device(url) as device:
                yield device
        finally:
            await asyncio.sleep(2.0)  # as a product takes that is switched off step by step
            hung_up.set()

    monkeypatch.setattr("controller.control.open_device", slow_to_leave)
    async with house() as one:
        keeper = one.call().hello("operator")
        keeper.ask(Take(0.0))
        keeper.ask(Connect(URL))
        await asyncio.sleep(2.0)
        await keeper.link.aclose()
        await asyncio.sleep(1.0)
        assert not one.visit.done()
        await one.visit
        assert hung_up.is_set()


async def test_another_operator_may_keep_the_session_before_its_grace_is_over():
    async with house() as one:
        first, second = one.call().hello("operator"), await one.remote()
        first.ask(Take(5.0))
        assert await answered(first) == Accepted()
        refused = await second.order(Take(30.0))
        assert refused == Rejected("somebody else keeps this session")
        await first.link.aclose()
        await asyncio.sleep(4.0)
        await second.take(30.0)
        await asyncio.sleep(20.0)
        assert not one.visit.done()
        await second.aclose()


async def test_a_door_that_nobody_comes_to_is_closed():
    async with house() as one:
        await asyncio.sleep(FIRST_WITHIN_S + 0.5)
        assert one.visit.done()


@given(st.floats(0, 1), st.floats(0, 100), st.integers(0, 2**32))
def test_orders_come_out_as_they_went_in(share, kpa, number):
    for order in (Stop(), Release(), Ease(share), Ceiling(kpa), Take(kpa), Connect(URL)):
        assert asked_of(encode(Asked(number, order))) == Asked(number, order)
