"""What the fuzzer of files does to a file: its bytes, its words, its cells, the parts of an archive, pages and footers.

Every change is drawn from the generator that it is given, so the number of a file makes the same file again.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from exemptions.datasets import DATASET_COLUMNS, Dataset
from tests.trust.fuzzing.seeds import WRITERS, Seed, Table

Change = Callable[[Random, bytes], bytes]

NAUGHTY: list[str] = json.loads((Path(__file__).parents[2] / "data" / "naughty-strings.json").read_bytes())
NASTY = (
    "", " ", "\u00a0", "0", "-0", "-1", "+5", "1e3", "1e999", "NaN", "-Infinity", "9" * 40, "0x1F", "1_000", "٣٤",
    "1,5",
    "1.234,56", "1,234.56", "Q 5.00", "0.1", "0.005", "99999999999999.99", "2147483648", "9223372036854775808", "TRUE",
    "2024-02-30", "31/12/2024", "2024-1-1", "0000-00-00", "9999-12-31", "0001-01-01", "1899-12-31", "2025-T5",
    "2025-T0",
    "2024-02-29T24:00:00", "-2024-01-01", "CF", "C/F", "8" * 13, "800000000011", "80000000001-1", "K", "=1+1",
    "@SUM(A1)",
    "\t=1", "a\nb", "a\r\nb", 'a"b', '"', "a,b", "a;b", "a\tb", "a|b", "x" * 32_768, "ñ" * 20_000, "\u202e", "\ufeff",
    "\ufffd", "\x00", "\x1f", "\x85", "\u2028", "Ã±", "ＮＩＴ", "🇬🇹", "e\u0301" * 50, "NULL", "n/a", "-", "…", "§",
    "EJEMPLO", "ISR;IVA;ISR", ";;", "DAI;;ISR", "NOMBRE", "null", "{}", "[]", "<b>", "&lol;", "../x", "%s%n", "${x}",
)  # fmt: skip
"""Values that a careless reader takes for something else."""

_NUMBERS = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000)
_TOKEN = re.compile(rb"<[^<>]*>|[^<>]+")
_ATTRIBUTE = re.compile(rb'([A-Za-z:-]+)="([^"]*)"')
_WORD = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+0-9.eE]+|[A-Za-z]+|\s+|.', re.DOTALL)
_JSON_WORDS = (
    b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"false", b"NaN", b"-Infinity", b"1e999", b"1E-400", b"-",
    b"0123", b'"', b'"\\ud800"', b'"\\u0000"', b'"\\udc00\\ud800"', b"{}", b"[]", b"[[]]", b"[" * 2_000,
    b'{"a":' * 2_000,
    b"9" * 5_000, b'"a":1', b"//", b"\xef\xbb\xbf", b"\x00", b'"NIT"', b"'a'", b"\\", b'{"\\ud83d":1}', b'"\\ud83d":1,',
)  # fmt: skip
_XML_WORDS = (
    b"<c/>", b'<c r="XFD1048576"><v>1</v></c>', b'<row r="1048576"/>', b'<row r="0"/>', b"<v>999999999</v>",
    b"<v>-1</v>",
    b"<![CDATA[x]]>", b"<!-- -->", b"<?a b?>", b"<!DOCTYPE a>", b"&#0;", b"&#x1F;", b"&amp;", b"&nada;",
    b"<is><t>x</t></is>",
    b'<mergeCell ref="A1:XFD1048576"/>', b'<mergeCell ref="Z9:A1"/>', b"<f>1/0</f>", b'<c t="e"><v>#N/A</v></c>',
    b"\x00",
    b'<c t="s"><v>4294967296</v></c>', b'<c t="n"><v>1e400</v></c>', b'<c t="b"><v>7</v></c>', b'<c t="d"><v>x</v></c>',
    b'<table:table-row table:number-rows-repeated="999999999"/>', b"<text:s/>", b'<text:s text:c="999999999"/>',
    b'<table:table-cell table:number-columns-repeated="99999999"/>', b'<table:covered-table-cell/>', b"<a>" * 5_000,
)  # fmt: skip


def mutate(random: Random, seed: Seed, seeds: Sequence[Seed]) -> tuple[bytes, str]:
    """The file after one to four changes, and what was done to it."""
    data, done = seed.data, []
    if seed.table is not None and random.random() < 0.4:
        name, writers = seed.name.partition("-")[2], WRITERS
        table = [list(row) for row in seed.table]
        for _ in range(random.randint(1, 3)):
            change_table(random, table, seed.dataset)
        data = writers[name][1](table)
        done.append("cells")
        if random.random() < 0.7:
            return data, "cells"
    own = CHANGES.get(seed.kind, ())
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        pool = own if own and random.random() < 0.7 else BYTES
        name, change = random.choice(pool)
        data = change(random, data) if name != "splice" else splice(random, data, random.choice(seeds).data)
        done.append(name)
    return data, "+".join(sorted(set(done)))


def change_table(random: Random, table: Table, dataset: Dataset) -> None:
    row = random.choice(table)
    place = random.randrange(len(row)) if row else 0
    match random.randrange(12):
        case 0:
            headers = [column.header for other in Dataset for column in DATASET_COLUMNS[other]]
            table[0][random.randrange(len(table[0]))] = random.choice([*headers, *NASTY])
        case 1:
            aliases = [alias for column in DATASET_COLUMNS[dataset] for alias in column.aliases]
            table[0][random.randrange(len(table[0]))] = random.choice(aliases or ["X"])
        case 2:
            table.append(list(row))
        case 3:
            table.insert(random.randrange(1, len(table) + 1), [""] * len(table[0]))
        case 4:
            for line in table:
                line.insert(min(place, len(line)), random.choice(NASTY))
        case 5:
            for line in table:
                del line[place : place + 1]
        case 6:
            random.shuffle(table)
        case 7:
            del table[random.randrange(len(table))]
            table[:] = table or [[""]]
        case 8:
            row[place:] = [*row[place + 1 :], *row[place : place + 1]]
        case _:
            row[place : place + 1] = [random.choice((random.choice(NASTY), random.choice(NAUGHTY)))]


def flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8, 64)) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def overwrite(random: Random, data: bytes) -> bytes:
    """A number where a length or an offset may stand."""
    place, form = random.randrange(len(data) + 1), random.choice(("<B", "<H", "<I", "<Q", ">I"))
    number = random.choice(_NUMBERS) & (256 ** struct.calcsize(form) - 1)
    piece = struct.pack(form, number)
    return data[:place] + piece + data[place + len(piece) :]


def cut_tail(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def cut_out(random: Random, data: bytes) -> bytes:
    start, end = _block(random, data)
    return data[:start] + data[end:]


def repeat(random: Random, data: bytes) -> bytes:
    start, end = _block(random, data)
    return data[:end] + data[start:end] * random.choice((1, 1, 2, 50)) + data[end:]


def move(random: Random, data: bytes) -> bytes:
    start, end = _block(random, data)
    rest, piece = data[:start] + data[end:], data[start:end]
    place = random.randrange(len(rest) + 1)
    return rest[:place] + piece + rest[place:]


def insert(random: Random, data: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    piece = random.choice(
        (b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b"\r", b"\n", b"\r\n", b",", b";", b"\x80" * 9, b"\x1a")
    )
    return data[:place] + piece + data[place:]


def splice(random: Random, data: bytes, other: bytes) -> bytes:
    start, end = _block(random, other)
    place = random.randrange(len(data) + 1)
    return data[:place] + other[start:end] + data[place + random.randrange(end - start + 1) :]


def _block(random: Random, data: bytes) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 4, 16, 64, 512, 4_096)))


def lines(random: Random, data: bytes) -> bytes:
    """Whole lines twice, elsewhere, gone, or with another end."""
    parts = re.split(rb"(\r\n|\n|\r)", data)
    place = random.randrange(len(parts))
    match random.randrange(5):
        case 0:
            parts.insert(random.randrange(len(parts)), parts[place])
        case 1:
            del parts[place]
        case 2:
            parts[place] = random.choice((b"\r", b"\n", b"\r\n", b"", b"\x0b", b"\x0c", b"\x85", b"\xe2\x80\xa8"))
        case 3:
            parts.insert(place, random.choice(parts))
        case _:
            parts[place] = b'"' + parts[place] + random.choice((b'"', b""))
    return b"".join(parts)


def cells(random: Random, data: bytes) -> bytes:
    """A cell of a line replaced by a nasty one, put in quotes or left as it is."""
    places = [found.span() for found in re.finditer(rb"[^,;\t|\r\n]+", data)]
    if not places:
        return data
    start, end = random.choice(places)
    text = random.choice((random.choice(NASTY), random.choice(NAUGHTY))).encode("utf-8", "surrogatepass")
    written = b'"' + text.replace(b'"', b'""') + b'"' if random.random() < 0.5 else text
    return data[:start] + written + data[end:]


def delimiters(random: Random, data: bytes) -> bytes:
    places = [found.start() for found in re.finditer(rb"[,;\t|]", data)]
    if not places:
        return data
    place = random.choice(places)
    return data[:place] + random.choice((b",", b";", b"\t", b"|", b"", b',"', b'",', b' "')) + data[place + 1 :]


def words(random: Random, data: bytes) -> bytes:
    """A word of JSON gone, twice, elsewhere, or another."""
    return _shuffled(random, _WORD.findall(data), _JSON_WORDS)


def xml(random: Random, data: bytes) -> bytes:
    """A tag or text of XML gone, twice, elsewhere, another, or with another attribute."""
    if random.random() < 0.5:
        return _shuffled(random, _TOKEN.findall(data), _XML_WORDS)
    places = list(_ATTRIBUTE.finditer(data))
    if not places:
        return data
    found = random.choice(places)
    values = (
        b"",
        b"-1",
        b"0",
        b"1e9",
        b"A1",
        b"A0",
        b"XFD1048576",
        b"ZZZZ99999999",
        b"s",
        b"n",
        b"str",
        b"inlineStr",
        b"e",
        b"d",
    )
    value = random.choice(
        (*values, b"9" * 30, b"\xff", b"&#1;", random.choice(NASTY).encode("utf-8", "replace"), found[2] * 3)
    )
    return data[: found.start(2)] + value + data[found.end(2) :]


def _shuffled(random: Random, parts: list[bytes], known: Sequence[bytes]) -> bytes:
    if not parts:
        return random.choice(known)
    place, other = random.randrange(len(parts)), random.randrange(len(parts))
    match random.randrange(6):
        case 0:
            del parts[place]
        case 1:
            parts.insert(place, parts[other])
        case 2:
            parts[place], parts[other] = parts[other], parts[place]
        case 3:
            parts[place] = random.choice(known)
        case 4:
            parts.insert(place, random.choice(known))
        case _:
            parts[place : place + 1] = [parts[place]] * random.choice((2, 100))
    return b"".join(parts)


def member(random: Random, data: bytes) -> bytes:
    """A part of an archive changed after unpacking, and packed again with the right check sums."""
    parts = _unpacked(data)
    if not parts:
        return flip(random, data)
    names = list(parts)
    # Most of what a reader looks at is in the sheets.
    sheets = [name for name in names if re.search(r"sheet\d|sharedStrings|content|workbook\.xml", name)]
    name = random.choice(sheets if sheets and random.random() < 0.8 else names)
    change = random.choice((xml, xml, xml, flip, cut_out, cut_tail, repeat, move, insert))
    parts[name] = change(random, parts[name])
    return _packed(random, list(parts.items()))


def members(random: Random, data: bytes) -> bytes:
    """Parts of an archive gone, added, exchanged, renamed or packed otherwise."""
    parts = list(_unpacked(data).items())
    if not parts:
        return flip(random, data)
    place, other = random.randrange(len(parts)), random.randrange(len(parts))
    (name, content), (other_name, other_content) = parts[place], parts[other]
    match random.randrange(6):
        case 0:
            del parts[place]
        case 1:
            parts[place], parts[other] = (name, other_content), (other_name, content)
        case 2:
            names = (
                f"../{name}",
                f"/{name}",
                name.upper(),
                f"{name}/",
                "",
                "xl/vbaProject.bin",
                "a" * 300,
                "é\u202e",
                "C:\\x",
            )
            parts[place] = (random.choice(names), content)
        case 3:
            parts.append((f"x/{name}", content * random.choice((1, 200))))
        case 4:
            parts[place] = (name, b"")
        case _:
            random.shuffle(parts)
    return _packed(random, parts)


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        ValueError,
        zipfile.zlib.error,
    ):
        return {}


def _packed(random: Random, parts: Sequence[tuple[str, bytes]]) -> bytes:
    sink = io.BytesIO()
    how = random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(sink, "w", how) as archive:
        for name, content in dict(parts).items():
            archive.writestr(zipfile.ZipInfo(name or "x"), content, how)
    return sink.getvalue()


def footer(random: Random, data: bytes) -> bytes:
    """The description at the end of a Parquet file, or the number that says how long it is."""
    if len(data) < 12:
        return data
    (size,) = struct.unpack("<I", data[-8:-4])
    start = max(4, len(data) - 8 - size)
    if random.random() < 0.2:
        number = random.choice((*_NUMBERS, size + 1, max(0, size - 1), len(data)))
        return data[:-8] + struct.pack("<I", number) + data[-4:]
    change = random.choice((flip, flip, overwrite, cut_out, repeat, move))
    changed = change(random, data[start:-8])
    length = len(changed) if random.random() < 0.7 else size
    return data[:start] + changed + struct.pack("<I", length) + data[-4:]


def pages(random: Random, data: bytes) -> bytes:
    """The pages of a Parquet file, whose places its footer tells."""
    if len(data) < 12:
        return data
    end = max(4, len(data) - 8 - struct.unpack("<I", data[-8:-4])[0])
    return data[:4] + random.choice((flip, flip, overwrite))(random, data[4:end]) + data[end:]


def types(random: Random, data: bytes) -> bytes:
    """The same columns with another type, or in several row groups."""
    try:
        table = pq.read_table(io.BytesIO(data))
    except (pa.ArrowException, OSError, ValueError):
        return flip(random, data)
    for _ in range(random.randint(1, 3) if table.num_columns else 0):
        place = random.randrange(table.num_columns)
        rows = table.num_rows
        kind = random.choice(_TYPES)
        column = pa.nulls(rows, kind) if random.random() < 0.3 else _typed(random, rows, kind)
        table = table.set_column(place, table.schema.names[place], column)
    sink = io.BytesIO()
    packing = random.choice(("none", "snappy", "gzip", "zstd", "brotli", "lz4"))
    try:
        pq.write_table(table, sink, compression=packing, row_group_size=random.choice((1, 2, 1_000)))
    except (pa.ArrowException, OSError, ValueError):
        return flip(random, data)
    return sink.getvalue()


_TYPES = (
    pa.int8(), pa.uint64(), pa.float32(), pa.float64(), pa.decimal128(38, 10), pa.decimal256(60, 2), pa.bool_(),
    pa.date32(),
    pa.date64(), pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.time64("us"), pa.duration("s"),
    pa.binary(), pa.large_string(), pa.list_(pa.string()), pa.list_(pa.int32()), pa.struct([("a", pa.string())]),
    pa.map_(pa.string(), pa.string()), pa.dictionary(pa.int32(), pa.string()), pa.binary(4), pa.null(),
)  # fmt: skip


def _typed(random: Random, rows: int, kind: pa.DataType) -> pa.Array:
    values = (
        0,
        1,
        -1,
        2**62,
        1e300,
        float("nan"),
        True,
        "x",
        b"\xff\xfe",
        b"\x00\x01\x02\x03",
        [],
        ["a", None],
        [1],
        {"a": "x"},
    )
    fitting = []
    for value in values:
        try:
            pa.array([value, value], kind)
            fitting.append(value)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            continue
    if not fitting:
        return pa.nulls(rows, kind)
    return pa.array([random.choice(fitting)] * rows, kind)


BYTES: Sequence[tuple[str, Change]] = (
    ("flip", flip), ("overwrite", overwrite), ("cut tail", cut_tail), ("cut out", cut_out), ("repeat", repeat),
    ("move", move), ("insert", insert), ("splice", flip),
)  # fmt: skip
CHANGES: dict[str, Sequence[tuple[str, Change]]] = {
    "csv": (("lines", lines), ("cells", cells), ("cells", cells), ("delimiters", delimiters)),
    "json": (("words", words), ("words", words), ("cells", cells)),
    "ndjson": (("words", words), ("lines", lines)),
    "xlsx": (("member", member), ("member", member), ("member", member), ("members", members)),
    "ods": (("member", member), ("member", member), ("member", member), ("members", members)),
    "parquet": (("footer", footer), ("pages", pages), ("types", types)),
}
