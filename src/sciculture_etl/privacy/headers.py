"""Headers of columns that hold personal data, wherever on a sheet a table begins."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import polars as pl

from sciculture_etl.grid import HEAD_ROWS, Grid, Merge
from sciculture_etl.header_text import MAX_CHARACTERS, normalise_header
from sciculture_etl.privacy.names import holds_names

# What is a person's whoever keeps it.
ALWAYS = re.compile(
    r".*(?:주민등록번호|주민번호|외국인등록번호|여권번호|휴대전화|휴대폰|(?<![발재파회])생년월일|카드번호|운전면허번호|외국인번호|핸드폰|손전화).*"
    r"|h\.?p|모바일(?:번호)?|폰번호|(?:phone)?mobile(?:phone)?(?:no|number)?|cell(?:phone)?(?:no|number)?|passport(?:no|number)?"
    r"|여권no|dob|birth(?:day|date)?|dateofbirth|카(?:카오)?톡(?:id|아이디)"
    r"|.{0,10}(?:출생일자?|출생[년연]월일|(?<![학인선발재탄파])생일|생년월?|생월일)"
    r"|(?:보호자|학부모|학생|참가자|참여자|수강생|교육생|개인|본인|자택|집)(?:연락처|전화|전화번호)|(?:개인|가족)?비상연락(?:처|망)",
    re.IGNORECASE,
)
WHOSE = r"(?:참가자|참여자|수강생|교육생|학생|강사|보호자|학부모|신청자|수혜자|회원|아동|당첨자|멘토|멘티)"
NAME = re.compile(
    rf"\w{{0,6}}(?:성명|성함)(?:한글|영문|국문|한자|name)?|(?:한글|영문|국문|한자)?이름|{WHOSE}(?:이름|명)(?:한글|영문|국문|주|부|보조|정)?"
)
# Words for persons: the names of whom stand in a column so called, or how many they were.
PERSON = re.compile(
    r".{0,14}(?:학생|아동|유아|청소년|어린이|자녀|담당자?|실무자|작성자|제출자|확인자|결재자|대표자?|보호자|학부모|부모|참가자|참여자|참석자|"
    r"신청인|신청자|책임자|수혜자|수혜인|수강생|수강자|교육생|수료생|수료자|대상자|수상자|입상자|당첨자|합격자|선발자|추천인|추천자|"
    r"강사|교사|교수|교원|멘토|멘티|튜터|조교|코치|코디네이터|위원장?|직원|사원|인력|요원|회원|연구원|연구자|발표자|발제자|토론자|연사|좌장|"
    r"사회자|진행자|출연자|봉사자|인솔자|지도자|안내자|해설사|해설자|학예사|사서|운영자|관리자|감독|저자|작가|기획자|"
    r"담임|원장|관장|센터장|기관장|소장|단장|팀장|반장|회장|이사장?|총무|간사|수령인|수령자|수취인|입금자|예금주|대리인|계약자|사용자|이용자|가입자|"
    r"동반자|배우자|가족|친구|본인|개인|인적사항|인물|인명|성명|성함|실명|본명|닉네임|별명|명단|명부|고객|관람객|세대주|"
    r"신입생|졸업생|장학생|재학생|휴학생|알바생|실습생|연수생|교장|교감|조장|도슨트|큐레이터|매니저|아르바이트|인턴|"
    r"스태프|스텝|기자|디자이너|배우|가수|선수|팀원|조원|대원|심판|박사|상담사|사진사|운전사|변호사|의사|간호사|지도사|"
    r"교육사|형제|자매|조부|조모|청년|어르신|노인|유족|"
    r"participant|student|child|guardian|parent|teacher|instructor|lecturer|mentor|mentee|member|staff|manager|director"
    r"|applicant|contact|contactperson|speaker|reviewer|judge|personincharge|pic|representative|ceo|attendee|coordinator"
    r"|author|owner|user|customer|pupil|learner|trainee|volunteer|employee|researcher|professor|beneficiary|recipient"
    r"|responsible(?:person)?)s?(?:들)?"
    r"(?:의)?(?:성명|이름|성함|명단|명부|목록|명|님|name|정보|현황)?(?:한글|영문|국문|한자|주|부|정|보조|[a-z]|-?\d{1,2})?"
)
# What may be the word for a person or the name of anything: names must stand there beyond doubt.
PERHAPS = re.compile(
    r"(?:full|first|last|given|family|user|contact)?name|surname|[가-힣]{1,6}[자인](?:성명|이름|명|님)?[정부]?"
)
NO_PERSON = re.compile(
    r"^(?:[상한전의모액과이종문숫글인원분입]자|[원할확승요사장]인)(?:이름|명)?$"
    r"|(?:법인|투자|일자|디자인|라인|메인|체인|코인|와인|과학자|개최자)(?:이름|명)?$"
)
# An office's own contact, where a form asks for it.
CONTACT = re.compile(r".*(?:담당자?|실무자|작성자|제출자|확인자|문의처?|contact).*")
# What may be an office's as well.
OTHER = re.compile(
    r".*(?:이메일|전자우편|상세주소|계좌번호|입금계좌|예금주).*|계좌|자택주소|집주소|거주지주소|e?-?메일(?:주소)?|e-?mail(?:주소|address)?",
    re.IGNORECASE,
)
OFFICE = re.compile(r"기관|대표|사무|부서|담당자(?:이메일|메일)|문의|법인|사업자", re.IGNORECASE)
OF_A_PLACE = re.compile(
    r"(?:교육장|시설|장소|행사장|개최지|소재지?|도로명?|지번|학교|도서관|[가-힣]관|센터|건물|위치|설치|운영지?|사업장|공연장|전시장)"
)
DETAILED_ADDRESS = "상세주소"
# What is said of a header beside its name: how it is to be filled in.
BESIDE = re.compile(
    r"[(\[](?:양력?|음력?|양\s?/\s?음|음\s?/\s?양|실명|본명|필수|선택|한글|영문|국문|한자|가나다\s?순|\d\s?자리|[ymd/.\-]{4,10})[)\]]|[※☆★]",
    re.IGNORECASE,
)
COUNTED = re.compile(r"(?:수|건수|횟수|여부|동의|비율|율|률|인원)$")
NUMBER = re.compile(r"[\d,.\s\-]+(?:명|인)?")
OF_PHONES = re.compile(r"h\.?p|모바일|mobile|cell")
FEWEST_DIGITS = 9  # of what reaches or names a person
LONGEST_CODE_LIST = 3  # columns
MAX_TABLES = 200  # on one sheet; a blank line between all rows of a long list makes no tables of them


@dataclass(frozen=True)
class Heading:
    """Header rows of one table, from 0, and what they say over each column (``parent|child`` where two rows do)."""

    first: int
    last: int
    labels: dict[int, str]


def is_personal_header(label: str) -> bool:
    """Whether a column so called holds personal data; contacts of an office don't."""
    return any(_is_personal(name) for name in _names_of(label))


def _names_of(label: str) -> set[str]:
    """What a header may be called: by its own row or by both, with and without what is said beside."""
    label = label[:MAX_CHARACTERS]
    ways = {label, BESIDE.sub("", label)}
    return {normalise_header(name) for way in ways for name in (way.split("|")[-1], way.replace("|", ""))}


def _is_personal(name: str) -> bool:
    if not name or COUNTED.search(name):
        return False
    if ALWAYS.fullmatch(name):
        return True
    if NAME.fullmatch(name) or OTHER.fullmatch(name):
        return not OFFICE.search(name) and not OF_A_PLACE.search(name.rpartition(DETAILED_ADDRESS)[0])
    return False


def is_refused(label: str, labels: dict[int, str], below: pl.Series, known: Set[str]) -> bool:
    """Whether a column is a person's by its header, and by what stands below it where the header alone can't tell.

    Args:
        label: its header.
        labels: those of all columns.
        below: what the column holds.
        known: normalised headers of our forms.
    """
    if is_personal_header(label):
        return not (_names_codes(label, labels) or _counts_persons(label, below) or _names_letters(label, below))
    names = _names_of(label)
    if any(name in known and CONTACT.fullmatch(name) for name in names):
        return False
    if any(PERSON.fullmatch(name) for name in names):
        return holds_names(below)
    return any(PERHAPS.fullmatch(name) and not NO_PERSON.search(name) for name in names) and holds_names(
        below, surely=True
    )


def _names_codes(label: str, labels: dict[int, str]) -> bool:
    """Whether 이름 stands in a list of codes (코드 | 이름), where it is the name of a code."""
    names = {normalise_header(other) for other in labels.values()}
    return normalise_header(label) == "이름" and "코드" in names and len(names) <= LONGEST_CODE_LIST


def _names_letters(label: str, below: pl.Series) -> bool:
    """Whether 이름 stands over single letters (가, 나, 다), which nobody is called."""
    values = below.drop_nulls()
    return normalise_header(label) == "이름" and bool(values.len()) and values.str.len_chars().max() == 1


def _counts_persons(label: str, below: pl.Series) -> bool:
    """Whether a column of 명 (or of mobile phones) holds numbers: how many, not who."""
    if not any(NAME.fullmatch(name) or OF_PHONES.fullmatch(name) for name in _names_of(label)):
        return False
    values = below.drop_nulls()
    return bool(values.len()) and all(
        NUMBER.fullmatch(value) and sum(map(str.isdigit, value)) < FEWEST_DIGITS for value in values.head(1000)
    )


def _is_label(cell: str) -> bool:
    return len(cell) <= 60 and "@" not in cell and not re.search(r"\d{5}", cell) and not NUMBER.fullmatch(cell)


def find_headings(grid: Grid) -> list[Heading]:
    """The header rows of all tables of a sheet, whatever form they are of, from the top.

    Tables are told apart by rows of at most one cell. The first table may have lines of two or three cells over it
    (기관명 | 가상센터): its header is the first row at least half as wide as its widest.
    """
    if not grid.frame.width:
        return []
    filled = grid.written.sum(axis=1)
    few = np.concatenate(([True], filled[:-1] < 2))[: len(filled)]
    begins = np.flatnonzero((filled >= 2) & few)[:MAX_TABLES].tolist()
    headings: list[Heading] = []
    for begin in begins:
        if headings and begin <= headings[-1].last:
            continue
        widths = filled[begin : begin + HEAD_ROWS].tolist()
        end = next((n for n, width in enumerate(widths) if width < 2), len(widths))
        widest = max(widths[:end])
        row = begin + next(n for n in range(end) if 2 * widths[n] >= widest)
        cells = grid.frame.row(row)
        if _looks_like_header(cells):
            below = grid.frame.row(row + 1) if row + 1 < begin + end else None
            headings.append(_heading(row, cells, below, grid.merges))
    return headings


def _looks_like_header(cells: Sequence[str | None]) -> bool:
    written = [cell for cell in cells if cell]
    return 5 * sum(map(_is_label, written)) >= 3 * len(written)


def _heading(row: int, cells: Sequence[str | None], below: Sequence[str | None] | None, merges: list[Merge]) -> Heading:
    labels = {column: cell for column, cell in enumerate(cells) if cell}
    if below is None or not all(_is_label(cell) for cell in below if cell):
        return Heading(row, row, labels)
    wide = {
        column: merge.left
        for merge in merges
        if merge.top <= row <= merge.bottom and merge.right > merge.left
        for column in range(merge.left, min(merge.right + 1, len(cells)))
    }
    under = {column: cell for column, cell in enumerate(below) if cell}
    # A second row of headers fills what the first leaves blank.
    if not any(column not in labels for column in under):
        return Heading(row, row, labels)
    joined, parent = dict(labels), ""
    for column in range(len(cells)):
        parent = cells[wide[column]] or "" if column in wide else cells[column] or (parent if column in under else "")
        if column in under:
            joined[column] = f"{parent}|{under[column]}" if parent else under[column]
    return Heading(row, row + 1, joined)
