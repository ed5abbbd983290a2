"""What the benchmarks print: plain ASCII, one fact a line, ratios with median, min and max."""

from collections.abc import Mapping, Sequence
from datetime import date

from benchmarks.memory import Usage
from benchmarks.peers import Peer, machine
from benchmarks.timing import Spread
from benchmarks.workload import Target


def introduction(peers: Sequence[Peer], rounds: int) -> None:
    """Say when and where this runs, who takes part, and who is missing."""
    print(f"{date.today().isoformat()}, {machine()}")
    present = [f"{peer.name} {peer.version()}" for peer in peers if peer.is_installed()]
    print(f"{', '.join(present)}; {rounds} interleaved rounds; ratios are median (min - max)")
    for peer in peers:
        if not peer.is_installed():
            print(f"{peer.name} is not installed and takes no part: {peer.install}")


def heading(name: str, what: str) -> None:
    """Begin a workload."""
    print(f"\n{name}: {what}", flush=True)


def times(seconds: Mapping[str, list[float]], collector: bool) -> None:
    """Say how long each contestant took."""
    shown = [f"{name} {_milliseconds(Spread.of(many))}" for name, many in seconds.items()]
    print(f"  collector {_on_off(collector):3}  {', '.join(shown)}", flush=True)


def ratio(name: str, ours: str, spread: Spread, collector: bool, targets: Sequence[Target]) -> None:
    """Say how many times as long `name` took as ours, beside what was promised."""
    text = f"{ours} is {spread.median:.2f}x ({spread.min:.2f} - {spread.max:.2f}) as fast as {name}"
    for target in targets:
        if target.against == name:
            promised = target.on if collector else target.off
            text += f"; target {promised:g}x {_verdict(spread.median >= promised)}"
    print(f"                 {text}", flush=True)


def agreement(others: Sequence[str], difference: float) -> None:
    """Say how far the gradients differ."""
    if others:
        print(f"  gradients agree with {', '.join(others)} to {difference:.1e} of the largest")


def memory(name: str, usage: Usage, limit: float | None) -> None:
    """Say what a node takes."""
    resident = "unknown here" if usage.resident is None else f"{usage.resident:.0f}"
    text = (
        f"allocated {usage.allocated:.0f}, resident {resident} bytes a node ({usage.nodes} nodes)"
    )
    if limit is not None:
        text += f"; at most {limit:g} {_verdict(usage.allocated <= limit)}"
    print(f"  {name:12} {text}", flush=True)


def _milliseconds(spread: Spread) -> str:
    return f"{spread.median * 1e3:.1f} ms ({spread.min * 1e3:.1f} - {spread.max * 1e3:.1f})"


def _on_off(collector: bool) -> str:
    return "on" if collector else "off"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"
