"""Invented sheets written in XML in two spellings: as nearly all programs write them, and as only a standard allows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from containers import raw_xlsx

from sciculture_etl.formats import open_file
from sciculture_etl.formats.grid import Grid
from sciculture_etl.settings import DEFAULT_LIMITS

STYLES = (
    '<numFmts count="5"><numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="166" formatCode="yyyy&quot;년&quot; m&quot;월&quot; d&quot;일&quot; h:mm"/>'
    '<numFmt numFmtId="167" formatCode="h:mm"/><numFmt numFmtId="168" formatCode="[h]:mm"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/>'
    '<xf numFmtId="168"/><xf numFmtId="31"/></cellXfs>'
    '<dxfs><dxf><numFmt numFmtId="0" formatCode="0%"/></dxf></dxfs>'
)
NUMBER, PERCENT, DAY, MOMENT, TIME, DURATION, KOREAN_DAY = range(7)
SHARED = [
    ("<si><t>가상 로봇 교실</t></si>", "가상 로봇 교실"),
    ('<si><t xml:space="preserve"> 가상 &amp; 드론 </t></si>', "가상 & 드론"),
    ("<si><r><t>가상 </t></r><r><rPr><b/></rPr><t>교실</t></r><rPh sb='0' eb='1'><t>カ</t></rPh></si>", "가상 교실"),
    ("<si><t/></si>", None),
    ("<si><t>a_x000D_\nb &#48148;</t></si>", "a\r\nb 바"),
    ("<si><t>0012</t></si>", "0012"),
]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A cell: its type, its style, what it stores, and what it shows. formula: that it is calculated by."""

    kind: str
    style: int
    stored: str | None
    shown: str | None
    formula: str | None = None


CELLS = [
    Told("n", NUMBER, "12", "12"),
    Told("n", NUMBER, "0.1", "0.1"),
    Told("n", NUMBER, "-0.123456789012345", "-0.123456789012345"),
    Told("n", NUMBER, "89.199999999999989", "89.2"),
    Told("n", NUMBER, "37.566535123456", "37.566535123456"),
    Told("n", NUMBER, "12.0", "12"),
    Told("n", NUMBER, "1.5E-7", "0.00000015"),
    Told("n", NUMBER, "1E3", "1000"),
    Told("n", NUMBER, "1234567890123456", "1234567890123456"),
    Told("n", PERCENT, "0.892", "89.2%"),
    Told("n", PERCENT, "1", "100%"),
    Told("n", DAY, "43891", "2020-03-01"),
    Told("n", DAY, "45233.500100000002", "2023-11-03 12:00:08.640"),
    Told("n", DAY, "0.4375", "10:30:00"),
    Told("n", MOMENT, "44927", "2023-01-01 00:00:00"),
    Told("n", TIME, "0", "00:00:00"),
    Told("n", DURATION, "1.0625", "25:30:00"),
    Told("n", KOREAN_DAY, "44196", "2020-12-31"),
    Told("n", 99, "7", "7"),
    Told("b", NUMBER, "1", "true"),
    Told("e", NUMBER, "#N/A", "#N/A"),
    Told("e", NUMBER, "#DIV/0!", "#DIV/0!", formula="1/0"),
    Told("d", DAY, "2020-03-02T00:00:00", "2020-03-02"),
    Told("d", MOMENT, "2020-03-02T10:30:00Z", "2020-03-02 10:30:00"),
    Told("str", NUMBER, "가상 <로봇> & 드론", "가상 <로봇> & 드론", formula='A1&"x"'),
    Told("str", NUMBER, "", None, formula='IF(1,"")'),
    Told("inlineStr", NUMBER, "=가상 'x'!A0", "=가상 'x'!A0"),
    Told("inlineStr", NUMBER, " 007 ", "007"),
    Told("n", NUMBER, "30", "30", formula="SUM(A1:A3)>1"),
    Told("n", NUMBER, None, "=H4*2 & \"x\"", formula='H4*2 & "x"'),
    Told("n", NUMBER, None, None),
    Told("n", NUMBER, " ", None),
    Told("d", DAY, " ", None),
    Told("b", NUMBER, " ", None),
    *[Told("s", NUMBER, str(number), shown) for number, (_, shown) in enumerate(SHARED)],
]  # fmt: skip


@dataclass
class Model:
    """cells: by row and column, both from 0. merged: top, left, bottom, right."""

    cells: dict[tuple[int, int], Told] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    merged: tuple[int, int, int, int] | None = None

    @classmethod
    def invented(cls, chance: random.Random) -> Model:
        model = cls()
        columns = sorted(chance.sample([*range(12), 25, 26, 27, 52, 701, 702], chance.randint(1, 6)))
        for row in sorted(chance.sample(range(40), chance.randint(1, 12))):
            if chance.random() < 0.2:
                model.hidden_rows.add(row)
            for column in columns:
                if chance.random() < 0.8:
                    model.cells[row, column] = chance.choice(CELLS)
        if chance.random() < 0.5:
            top, left = chance.randrange(20), chance.choice(columns)
            model.merged = top, left, top + chance.randint(1, 9), left + chance.randint(0, 2)
        return model

    @property
    def shown(self) -> dict[tuple[int, int], str]:
        """What people see: not what lies under a merged cell."""
        seen = {}
        for (row, column), cell in self.cells.items():
            top, left, bottom, right = self.merged or (-1, -1, -1, -1)
            is_under = top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
            if cell.shown is not None and not is_under:
                seen[row, column] = cell.shown
        return seen

    def rows(self) -> dict[int, dict[int, Told]]:
        found: dict[int, dict[int, Told]] = {row: {} for row in self.hidden_rows}
        for (row, column), cell in self.cells.items():
            found.setdefault(row, {})[column] = cell
        return dict(sorted(found.items()))


def letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def plainly(model: Model) -> str:
    """The rows as nearly all programs write them."""
    lines = []
    for row, cells in model.rows().items():
        written = []
        for column, cell in cells.items():
            tag = f'<c r="{letters(column)}{row + 1}"' + (f' s="{cell.style}"' if cell.style else "")
            tag += f' t="{cell.kind}"' if cell.kind != "n" else ""
            formula = f"<f>{escape(cell.formula)}</f>" if cell.formula else ""
            if cell.kind == "inlineStr":
                value = f'<is><t xml:space="preserve">{escape(cell.stored or "")}</t></is>'
            else:
                value = "" if cell.stored is None else f"<v>{escape(cell.stored)}</v>"
            written.append(f"{tag}>{formula}{value}</c>" if formula or value else f"{tag}/>")
        hidden = ' hidden="1"' if row in model.hidden_rows else ""
        start = f'<row r="{row + 1}" spans="1:9"{hidden} x14ac:dyDescent="0.3"'
        lines.append(f"{start}>{''.join(written)}</row>" if written else f"{start}/>")
    return "".join(lines)


class Oddly:
    """Writes the same rows as the standard allows and few programs do."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.prefix = chance.choice(["", "", "x:", "sheet:"])

    def blank(self) -> str:
        return self.chance.choice(["", "", "", "\n", "\t ", "<!-- <c r='A1'><v>9</v></c> -->", "<?x <row r='9'> ?>"])

    def tag(self, name: str, attributes: dict[str, str], *inner: str) -> str:
        pairs = list(attributes.items())
        self.chance.shuffle(pairs)
        written = ""
        for key, value in pairs:
            quote = self.chance.choice("'\"")
            around = self.chance.choice(["", "", " ", "\n"])
            written += self.chance.choice([" ", "\n", "  "]) + key + around + "=" + around + quote + value + quote
        name, end = self.prefix + name, self.chance.choice(["", " ", "\n"])
        if not any(inner) and self.chance.random() < 0.7:
            return f"<{name}{written}{end}/>"
        return f"<{name}{written}{end}>{''.join(inner)}</{name}{end}>"

    def text(self, text: str) -> str:
        ways = [
            escape(text), "".join(f"&#x{ord(letter):x};" for letter in text), escape(text).replace(">", "&#62;"),
            f"<![CDATA[{text}]]>", f"{escape(text[:1])}<!-- x -->{escape(text[1:])}",
        ]  # fmt: skip
        return self.chance.choice(ways) if text else ""

    def cell(self, place: str | None, cell: Told) -> str:
        attributes = {"s": str(cell.style)} if cell.style or self.chance.random() < 0.3 else {}
        if place:
            attributes["r"] = place if self.chance.random() < 0.7 else place.lower()
        if cell.kind != "n" or self.chance.random() < 0.3:
            attributes["t"] = cell.kind
        inner = []
        if cell.formula:
            inner.append(self.tag("f", {}, self.text(cell.formula)))
        if cell.kind == "inlineStr":
            text = cell.stored or ""
            runs = [self.tag("r", {}, self.tag("t", {}, self.text(part))) for part in (text[:2], text[2:])]
            aid = self.tag("rPh", {"sb": "0", "eb": "1"}, self.tag("t", {}, "x"))
            inner.append(self.tag("is", {}, *self.chance.choice([[*runs, aid], [self.tag("t", {}, self.text(text))]])))
        elif cell.stored is not None:
            inner.append(self.tag("v", {}, self.text(cell.stored)))
        spread = [piece for part in inner for piece in (self.blank(), part)]
        return self.blank() + self.tag("c", attributes, *spread)

    def rows(self, model: Model) -> str:
        lines, last = [], -1
        for row, cells in model.rows().items():
            written, before = [], -1
            for column, cell in cells.items():
                is_next = column == before + 1 and self.chance.random() < 0.5
                written.append(self.cell(None if is_next else f"{letters(column)}{row + 1}", cell))
                before = column
            attributes = {} if row == last + 1 and self.chance.random() < 0.5 else {"r": str(row + 1)}
            if row in model.hidden_rows:
                attributes["hidden"] = self.chance.choice(["1", "true"])
            lines.append(self.blank() + self.tag("row", attributes, *written))
            last = row
        return "".join(lines)

    def sheet(self, model: Model) -> str:
        merged = ""
        if model.merged:
            merge = self.tag("mergeCell", {"ref": reference(model.merged)})
            merged = self.tag("mergeCells", {}, self.blank(), merge)
        return self.blank() + self.tag("sheetData", {}, self.rows(model)) + self.blank() + merged


def reference(merged: tuple[int, int, int, int]) -> str:
    top, left, bottom, right = merged
    return f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"


def plain_sheet(model: Model) -> str:
    merged = f'<mergeCells count="1"><mergeCell ref="{reference(model.merged)}"/></mergeCells>' if model.merged else ""
    return f"<sheetData>{plainly(model)}</sheetData>{merged}"


def workbook_of(sheet: str) -> bytes:
    return raw_xlsx(sheet, strings="".join(item for item, _ in SHARED), styles=STYLES)


def grid_of(data: bytes) -> Grid:
    """The only sheet of a workbook."""
    (grid,) = open_file(data, DEFAULT_LIMITS).grids
    return grid


def shown(grid: Grid) -> dict[tuple[int, int], str]:
    """The cells of a grid that are not blank, by row and column, both from 0."""
    columns = enumerate(grid.frame.get_columns())
    return {(row, c): text for c, column in columns for row, text in enumerate(column) if text is not None}
