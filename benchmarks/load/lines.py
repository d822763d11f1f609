"""The figures of load: each is measured beside what it is compared with, in the same minutes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import Better, Figure, Target, compared
from benchmarks.generator import request_bytes
from benchmarks.load.agreement import Read, digests_at_rest, reading
from benchmarks.load.growth import Sample, growth, sampling
from benchmarks.load.scenario import BROWSER, VISITORS, Request
from benchmarks.load.stage import Front, Stage, fetch
from benchmarks.load.wrk import Loaded, loading, run_wrk, write_requests
from benchmarks.server import Server

_BARE = "ruta vacía de Flask, mismos ajustes de gunicorn"
_STILL = "nginx con un archivo fijo del mismo tamaño"
_QUIET = "la misma carga sin publicar"
_UNIT = "solicitudes/s"
_EXPECTED_PER_SECOND = 2_500
"""Requests drawn for each second of a run, so that none comes twice in it but those that visitors repeat."""
_WARM_UP_S = 5
_AFTER_S = 5.0
"""How long a run goes on after a publication: both workers have switched, and everything is made anew."""
_SPREAD = 40
"""One request of so many is asked again and again while a release takes the place of another."""
_OPEN_RELEASES = 5
"""The current one, and the four older ones that were asked for last."""
_SETTLED = 0.5
"""Share of a long run that fills caches and opens older releases; growth is looked for in the rest."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long the runs take. Units: seconds."""

    reference: float = 5
    run: float = 15
    visitor: float = 4
    rounds: int = 3
    soak: float = 120
    publications: int = 8
    """How often something is published in the long run at most."""


class Runs:
    """Runs of wrk against one service, its proxy and the bare route."""

    def __init__(self, stage: Stage, server: Server, bare: Server, front: Front, lengths: Lengths) -> None:
        self._stage = stage
        self._server = server
        self._bare = bare
        self._front = front
        self._lengths = lengths

    def measure(self) -> Iterator[Figure]:
        """Every figure, in the order of the table."""
        self._run(self._draw(_WARM_UP_S), _WARM_UP_S)
        yield from self._mixed()
        yield from self._visitors()
        yield from self._fronted()
        yield from self._publishing()
        yield from self._soak()

    def _mixed(self) -> Iterator[Figure]:
        lengths = self._lengths
        references, runs = list[Loaded](), list[Loaded]()
        for _ in range(lengths.rounds):
            references.append(self._reference())
            runs.append(self._run(self._draw(lengths.run), lengths.run))
        yield self._compared(
            "carga mezclada", runs, reference=_BARE, references=references, target=Target(Better.MORE, 0.20)
        )
        yield self._latency("carga mezclada, p99", runs)
        yield self._errors("carga mezclada, respuestas fallidas", runs)

    def _visitors(self) -> Iterator[Figure]:
        """Each kind of visitor alone: what it costs."""
        seconds = self._lengths.visitor
        for visitor in VISITORS:
            requests = self._stage.draw(self._server, round(seconds * _EXPECTED_PER_SECOND), visitors=[visitor])
            run = self._run(requests, seconds)
            yield self._compared(f"solo «{visitor.name}»", [run])

    def _fronted(self) -> Iterator[Figure]:
        lengths = self._lengths
        requests = self._draw(lengths.run)
        mixed = run_wrk(self._front.port, self._stage.write(requests, proxied=True), seconds=lengths.run)
        yield self._compared("carga mezclada, a través de nginx", [mixed])
        news = self._stage.scenario(self._server).news
        _, body = fetch(self._front.port, news)
        self._front.put_still(body)
        references, runs = list[Loaded](), list[Loaded]()
        for _ in range(lengths.rounds):
            references.append(self._crowd("/still.html"))
            runs.append(self._crowd(news))
        yield self._compared(
            "todos abren la misma página, a través de nginx con su caché",
            runs,
            reference=_STILL,
            references=references,
            target=Target(Better.MORE, 0.80),
        )

    def _publishing(self) -> Iterator[Figure]:
        requests = self._draw(2 * self._lengths.run)
        asked = sorted({path for path, _ in requests[::_SPREAD] if not path.startswith("/downloads/")})
        headers = {"Accept-Encoding": BROWSER}
        old, before = digests_at_rest(self._server.port, asked, headers)
        paths = list(before)
        quiet, _ = self._watched(requests, paths, lambda: time.sleep(2 * self._lengths.run))

        took: list[float | None] = []

        def publish() -> None:
            took.append(self._stage.publish_next())
            time.sleep(_AFTER_S)

        busy, read = self._watched(self._draw(4 * self._lengths.run), paths, publish)
        new, after = digests_at_rest(self._server.port, paths, headers)
        assert old != new, "nothing was published"
        rows, mixed = self._stage.registry.rows, read.mixed({old: before, new: after})
        for told in mixed:
            print(f"not of one release: {told}", file=sys.stderr)
        yield compared(
            "carga mezclada mientras se publica, p99", rows, "ms", [busy.p99_ms], reference=_QUIET,
            reference_values=[quiet.p99_ms], target=Target(Better.LESS, 2.0),
            details={"p50_ms": busy.p50_ms, "requests": busy.requests, "publication_s": took[0] or 0.0},
        )  # fmt: skip
        yield self._errors("mientras se publica, respuestas fallidas", [busy], more=len(read.failed))
        yield compared(
            "respuestas con partes de dos publicaciones", rows, "", [float(len(mixed))],
            target=Target(Better.LESS, 0),
            details={"answers": read.total, "of_old": read.count(old), "of_new": read.count(new), "paths": len(paths)},
        )  # fmt: skip

    def _soak(self) -> Iterator[Figure]:
        lengths, rows = self._lengths, self._stage.registry.rows
        requests = self._stage.write(self._draw(min(lengths.soak, 60)))
        ends, published = time.monotonic() + lengths.soak, 0
        # Publishing takes a part of each share, and the last share is without.
        share = lengths.soak / (lengths.publications + 1)
        with (
            sampling(self._server.workers, every_s=max(0.5, lengths.soak / 240)) as samples,
            loading(self._server.port, requests) as running,
        ):
            while time.monotonic() < ends - share:
                due = time.monotonic() + share
                published += self._stage.publish_next() is not None
                time.sleep(max(0.0, min(due, ends) - time.monotonic()))
            time.sleep(max(_AFTER_S, ends - time.monotonic()))
        yield self._errors("carga larga, respuestas fallidas", [running.result])
        settled = [sample for sample in samples if sample.second >= _SETTLED * lengths.soak]
        for name, bound, read in _HELD:
            moved = growth([sample.second for sample in settled], [read(sample) for sample in settled])
            yield compared(
                f"carga larga, crecimiento: {name}", rows, "%", [100 * moved.share], target=Target(Better.LESS, bound),
                details={"median": moved.median, "gained": moved.gained, "seconds": running.result.seconds},
            )  # fmt: skip
        yield compared(
            "carga larga, publicaciones que un proceso tiene abiertas al final",
            rows, "", [float(settled[-1].releases)], target=Target(Better.LESS, _OPEN_RELEASES),
            details={"published": published},
        )  # fmt: skip

    def _watched(
        self, requests: Sequence[Request], paths: Sequence[str], act: Callable[[], None]
    ) -> tuple[Loaded, Read]:
        """The load and what readers see, straight and through the proxy, while something is done."""
        headers = {"Accept-Encoding": BROWSER}
        with (
            loading(self._server.port, self._stage.write(requests)) as running,
            reading([self._server.port, self._front.port], paths, headers) as read,
        ):
            act()
        return running.result, read

    def _draw(self, seconds: float) -> list[Request]:
        return self._stage.draw(self._server, round(seconds * _EXPECTED_PER_SECOND))

    def _run(self, requests: Sequence[Request], seconds: float) -> Loaded:
        return run_wrk(self._server.port, self._stage.write(requests), seconds=seconds)

    def _reference(self) -> Loaded:
        path = write_requests(self._stage.folder / "bare", [request_bytes("/")])
        return run_wrk(self._bare.port, path, seconds=self._lengths.reference)

    def _crowd(self, path: str) -> Loaded:
        asked = [(path, (("Accept-Encoding", BROWSER),))] * 20_000
        file = self._stage.write(asked, proxied=True)
        return run_wrk(self._front.port, file, seconds=self._lengths.reference)

    def _compared(
        self,
        name: str,
        runs: Sequence[Loaded],
        *,
        reference: str = "",
        references: Sequence[Loaded] = (),
        target: Target | None = None,
    ) -> Figure:
        return compared(
            name,
            self._stage.registry.rows,
            _UNIT,
            [run.per_second for run in runs],
            reference=reference,
            reference_values=[run.per_second for run in references],
            target=target,
            details={
                "p50_ms": median(run.p50_ms for run in runs),
                "p99_ms": median(run.p99_ms for run in runs),
                "mb_s": median(run.megabytes / run.seconds for run in runs),
                "failed": sum(run.errors for run in (*runs, *references)),
                "requests": sum(run.requests for run in runs),
            },
        )

    def _latency(self, name: str, runs: Sequence[Loaded]) -> Figure:
        return compared(
            name,
            self._stage.registry.rows,
            "ms",
            [run.p99_ms for run in runs],
            target=Target(Better.LESS, 200.0),
            details={"p50_ms": median(run.p50_ms for run in runs), "slowest_ms": max(run.slowest_ms for run in runs)},
        )

    def _errors(self, name: str, runs: Sequence[Loaded], *, more: int = 0) -> Figure:
        failed = float(sum(run.errors for run in runs) + more)
        requests = sum(run.requests for run in runs)
        return compared(
            name, self._stage.registry.rows, "", [failed], target=Target(Better.LESS, 0), details={"requests": requests}
        )


_HELD: tuple[tuple[str, float, Callable[[Sample], float]], ...] = (
    ("memoria de los procesos", 5.0, lambda sample: sample.memory_mb),
    ("archivos y conexiones abiertos", 5.0, lambda sample: float(sample.files)),
    ("hilos", 5.0, lambda sample: float(sample.threads)),
)
"""What must not grow: its name, the gain in percent that is noise, and where a sample has it."""
