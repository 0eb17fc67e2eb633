"""Which personal values stand in a text, given what its column is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from sciculture_etl.privacy import kinds
from sciculture_etl.privacy.kinds import Kind, for_polars, plain, plain_series

LONGEST_LABEL = 200  # characters that say what a column is called
FEW_CELLS = 4_000  # are looked at one by one: to find the distinct ones among them takes longer
# What a column or a note says of itself.
OFFICE = re.compile(
    r"(?:기관|대표|사무|부서|법인|단체|센터|담당).{0,60}(?:메일|mail|연락처|전화|tel|contact)|문의", re.I
)
OFFICE_ACCOUNT = re.compile(r"(?:기관|법인|단체|사업비|사업자).{0,60}계좌")
PERSON_IN_CHARGE = re.compile(r"담당자")
REGISTERED = re.compile(r"법인|사업자|고유번호|isbn|바코드", re.I)
MONEY = re.compile(r"(?:액|비|금|예산|단가|비용|매출)(?:(?:백만|천|만|억)?원)?$")
AMOUNT = r"^\s*[1-9][0-9,]*원?\s*$"
CODE = re.compile(r"(?:코드|번호|아이디|isbn|바코드|(?:^|[^a-z])(?:id|no\.?))$", re.I)
PHONE = re.compile(r"전화|휴대|핸드폰|연락처|phone|mobile|tel|hp|h\.p|cell|contact", re.I)
SAYS_KIND = re.compile(rf"{kinds.BANK}|은행|{kinds.PASSPORT_WORD}|{kinds.LICENCE_WORD}|카드|{kinds.BIRTH_WORD}")
NOTE = re.compile(r"^\s*(?:[※*☞▶○□●■◆☎]|주\s*\d*\))|문의|담당|제출처|접수처|연락처|전화|이메일|e-?mail|\btel\b", re.I)
# Addresses that belong to an office and not to a person.
AGENCY = re.compile(r"\.(?:go|or|re|ac|hs|ms|es|sc|kg|mil)\.kr$", re.I)
_WEBMAIL = (
    r"(?:gmail|naver|daum|hanmail|kakao|nate|hotmail|outlook|yahoo|icloud|live|korea|dreamwiz|paran|empas"
    r"|lycos|freechal|me|msn|protonmail)\.(?:com|net|co\.kr|kr|me)"
)
WEBMAIL = re.compile(rf"(?:^|\.){_WEBMAIL}$", re.I)
ROLE = re.compile(
    r"(?:info|office|admin|help|helpdesk|contact|support|webmaster|master|cs|edu|education|pr|press|media|science"
    r"|museum|library|center|centre|team|sales|service|manager|event|program|project|public|post|mail|noreply"
    r"|no-reply|question|ask|inquiry|apply|research|data)\d{0,4}",
    re.I,
)
LANDLINE = re.compile(r"0(?:2|[3-6]\d|70|50\d)[-.,\s)~/]{1,2}\d{3,4}[-.,\s~/]{1,2}\d{4}|1[5-8]\d\d[-.\s]\d{4}")
BUSINESS = re.compile(r"\d{3}-\d{2}-\d{5}")
DATED = re.compile(r"(?:19|20)\d\d[-.\s/]?(?:0\d|1[0-2]|\d\D)")
# What a text says of a number before it: that it is a thing's.
OF_A_THING = re.compile(
    r"법인|사업자|고유번호|isbn|바코드|과제|문서|관리|접수|승인|지정|인증|허가|코드|\bno\b|제\s?$", re.I
)
# One number, with decimals or with commas at each thousand, is never personal.
ONE_NUMBER = re.compile(
    r"(?<![\d.])(?<!\d[-/:~])(?:0|[1-9]\d{0,17})\.\d{1,40}(?![\d/~:]|-\d|\.\d)"
    r"|(?<![\d.,])(?<!\d[-/:~])[1-9]\d{0,2}(?:,\d{3}){1,8}(?:\.\d{1,20})?(?![\d/~:]|-\d|[.,]\d)"
)
DECIMALS_OF_A_PERSON = re.compile(rf"\d{{2}}{kinds.MONTH}{kinds.DAY}\.[1-8]\d{{6}}")
OF_THE_EARTH = re.compile(r"위도|경도|좌표|latitude|longitude|^(?:lat|lon|lng|x|y|gps)", re.I)
BARCODE = "880"  # of Korean goods

_RESIDENT = re.compile(rf"(?<!\d)(?<!\d-)(?:{kinds.RESIDENT})(?!\d|-\d|,\d|\.\d)")
_MOBILE = re.compile(rf"(?<![\d#])(?<!\d[-.])(?:{kinds.MOBILE})(?!\d)")
_SAYS_MOBILE = re.compile(r"(?:tel|hp|h\.p|phone|mobile|mob|cell|\bm|\bc|\bt|\be|at)\W{0,3}$", re.I)
SHORT_RUN = 10  # digits, one fewer than a number of 010 has
_NUMBERED = re.compile(r"\s?호(?![가-힣])")
_AT = re.compile(kinds.AT, re.I)
_BEFORE_AT = re.compile(kinds.EMAIL_BEFORE)
AFTER = (kinds.EMAIL_AFTER, kinds.EMAIL_AFTER_LOOSE, kinds.EMAIL_AFTER_BARE, kinds.EMAIL_AFTER_HANGUL)
_AFTER_AT = tuple(re.compile(form) for form in AFTER)
IN_A_SENTENCE = re.compile(r"[\s_]at[\s_]|[(\[{<]\s?a\s?[)\]}>]", re.I)  # class at museum.org
_BLANKS_OF_ADDRESS = re.compile(r"[\s()\[\]]")
_CARD = re.compile(rf"(?<![\d#])(?<!\d-)(?:{kinds.CARD})(?![\d#]|-\d)")
_PLAIN_CARD = re.compile(r"[\d\-\s.]+")
_ROUND = re.compile(r"[1-9]\d00(?:[-\s.]+[1-9]\d00){3}")  # sums of money, or numbers of steps
_CARD_RUN = re.compile(rf"(?<![\dA-Za-z.#-])(?:{kinds.CARD_RUN})(?![\d-]|\.\d)")
_CARD_SAID = re.compile(rf"(?:{kinds.CARD_WORD})[^\d]{{0,10}}({kinds.CARD_SAID})(?!\d)")
_ACCOUNT = re.compile(rf"(?<![\dA-Za-z#])(?<![\d]-)(?:{kinds.ACCOUNT})(?![\d-])")
_ACCOUNT_SAID = re.compile(
    rf"(?:{kinds.BANK})[^\d]{{0,15}}({kinds.ACCOUNT_SAID})(?!\d)|(?<![\d-])({kinds.ACCOUNT_SAID})[^\d]{{0,8}}(?:{kinds.BANK})"
)
_ACCOUNT_SHORT = re.compile(
    rf"(?<![A-Za-z])(?:{kinds.SHORT_BANK})(?:은행)?\s?[:)(]?\s?(\d{{2,6}}(?:[-.]\d{{1,8}}){{2,3}})(?![\d-])"
)
_PASSPORT = re.compile(
    rf"(?:{kinds.PASSPORT_WORD})[^A-Za-z\d]{{0,12}}(?:(?i:no|number)[^A-Za-z\d]{{0,4}})?({kinds.PASSPORT})(?!\d)"
    rf"|(?<![A-Za-z\d])({kinds.PASSPORT})[^A-Za-z\d]{{0,6}}(?:{kinds.PASSPORT_WORD})"
)
_PASSPORT_NEW = re.compile(rf"(?<![A-Za-z\d])(?:{kinds.PASSPORT_NEW})(?![A-Za-z\d])")
_LICENCE = re.compile(rf"(?:{kinds.LICENCE_WORD})(?:[^\d]|[12]종){{0,12}}({kinds.LICENCE})(?!\d)")
_LICENCE_BARE = re.compile(rf"(?<![\d#])(?<!\d-)(?:{kinds.LICENCE_OF_A_REGION})(?![\d]|-\d)")
_BIRTH = re.compile(
    rf"(?:(?<![발재파회])생년(?:월일)?|(?<![가-힣])출생(?:일자?|연월일|년월일)?|(?<![가-힣])생(?:월)?일|(?<![A-Za-z])(?i:dob|d\.o\.b|birth"
    rf"(?:\s?da(?:y|te))?|born))(?:\([^()\d]{{0,8}}\))?[^\d가-힣]{{0,6}}({kinds.DATE})(?!\d)"
)
_BORN = re.compile(rf"(?<![\d.\-/])({kinds.BORN})(?![가-힣])")
_NAME_AND_BIRTH = re.compile(
    rf"(?:^|[,;/\n(]\s?|[가-힣]\s)(?P<name>[{kinds.FAMILY}][가-힣]{{2}})\s?[(,/:\s]\s?"
    rf"(?P<date>(?:19[2-9]\d|200\d|201[0-5])(?:[.\-/년]\s?\d{{1,2}}[.\-/월]\s?\d{{1,2}}|{kinds.MONTH}{kinds.DAY}))"
    r"(?=[.일생\s]{0,4}(?:$|[),;/\n]))"
)
_NO_NAME = re.compile(r"[관소원대교회실터집점장설정립공동구시군촌길산역축제전업안일작간행료]$")

_DIGIT_FORMS = tuple(map(for_polars, kinds.DIGIT_FORMS))
_WORDS, _TEN_DIGITS, _AT_SIGNS = map(for_polars, (kinds.WORDS, kinds.TEN_DIGITS, kinds.AT))
_WITHOUT_ZERO = f"^[ ]*{for_polars(kinds.MOBILE_WITHOUT_ZERO)}[ ]*$"


@dataclass(frozen=True)
class Hit:
    """A personal value found: its kind, and where it stands in the plain text."""

    kind: Kind
    start: int
    end: int


def _squeezed(label: str) -> str:
    return _squeezed_start(label[:LONGEST_LABEL])  # cut first, so that no long text is kept


@lru_cache(maxsize=4096)
def _squeezed_start(label: str) -> str:
    return re.sub(r"[\s()\[\]]", "", plain(label))


def changes_judgement(label: str) -> bool:
    """Whether what stands under a label is judged in its light."""
    said = _squeezed(label)
    return any(pattern.search(said) for pattern in (PHONE, SAYS_KIND, OFFICE, MONEY))


def suspicious(texts: pl.Series, label: str = "") -> pl.Series:
    """Row numbers, from 0, of the texts of a column that may hold personal values; no text that does is left out."""
    said = _squeezed(label)
    look = r"[0-9０-９@＠]" if PHONE.search(said) or SAYS_KIND.search(said) else kinds.WORTH_A_LOOK
    text = pl.col("text").str
    near = pl.arg_where(((text.len_bytes() >= kinds.SHORTEST) & text.contains(look)).fill_null(False))
    if texts.len() <= FEW_CELLS:
        rows = texts.alias("text").to_frame().select(near).to_series()
        return rows.filter(_can_be_personal(texts.gather(rows), said)) if rows.len() else rows
    # Most cells repeat what others say, and to look for one among few takes far less time than the forms.
    distinct = texts.unique().alias("text")
    distinct = distinct.gather(distinct.to_frame().select(near).to_series())
    held = distinct.filter(_can_be_personal(distinct, said)) if distinct.len() else distinct
    return (texts.is_in(held.implode()) if held.len() else pl.Series([False])).arg_true()


def _can_be_personal(near: pl.Series, said: str) -> pl.Series:
    """Of some texts that are worth a look, which a value may stand in.

    Args:
        said: their label, squeezed.
    """
    if SAYS_KIND.search(said):
        return pl.Series([True]).new_from_index(0, near.len())
    cells = plain_series(near)
    cell, table = pl.col("cell").str, cells.alias("cell").to_frame()
    held_if = [cell.contains(_WORDS)]
    if not OFFICE.search(said):
        held_if.append(cell.contains(_AT_SIGNS))
    elif PERSON_IN_CHARGE.search(said):
        held_if.append(cell.contains(f"(?i){_WEBMAIL}"))
    if PHONE.search(said):
        held_if.append(cell.contains(_WITHOUT_ZERO))
    asked = table.select(pl.any_horizontal(held_if).alias("held"), cell.contains(_TEN_DIGITS).alias("many"))
    held, many = asked["held"], asked["many"].arg_true()
    if many.len():
        forms = pl.any_horizontal(cell.contains(form) for form in _DIGIT_FORMS)
        held = held.scatter(many.filter(table[many].select(forms).to_series()), True)
    if MONEY.search(said):
        held = held & ~cells.str.contains(AMOUNT)
    return held


def kinds_in(text: str, label: str = "") -> list[Kind]:
    """The kinds of personal values in a text that stands under ``label``, each once."""
    return list(dict.fromkeys(hit.kind for hit in hits(plain(text), label)))


def hits(text: str, label: str = "") -> Iterator[Hit]:
    """Every personal value in a plain text."""
    said = _squeezed(label)
    whole, text = text, ONE_NUMBER.sub(_unnumbered(said), text)
    money = bool(MONEY.search(said) and re.search(AMOUNT, text))
    if not money:
        for found in _RESIDENT.finditer(text):
            before = text[max(0, found.start() - 12) : found.start()]
            if not (REGISTERED.search(said) or REGISTERED.search(before) or _is_barcode(found[0])):
                yield Hit(Kind.RESIDENT, *found.span())
        for found in _MOBILE.finditer(text):
            if _is_mobile(found, text):
                yield Hit(Kind.MOBILE, *found.span())
    if PHONE.search(said) and re.fullmatch(kinds.MOBILE_WITHOUT_ZERO, text.strip()):
        yield Hit(Kind.MOBILE, 0, len(text))
    yield from _addresses(whole, said)
    for found in _CARD.finditer(text):
        if (_PLAIN_CARD.fullmatch(found[0]) and not _ROUND.fullmatch(found[0])) or _luhn(re.sub(r"\D", "", found[0])):
            yield Hit(Kind.CARD, *found.span())
    is_code = bool(CODE.search(said))
    if not money and not (is_code and "카드" not in said):
        for found in _CARD_RUN.finditer(text):
            if _luhn(found[0]):
                yield Hit(Kind.CARD, *found.span())
    if not is_code:
        for kind, pattern in ((Kind.PASSPORT, _PASSPORT_NEW), (Kind.LICENCE, _LICENCE_BARE)):
            yield from (
                Hit(kind, *found.span())
                for found in pattern.finditer(text)
                if not OF_A_THING.search(text[max(0, found.start() - 12) : found.start()])
            )
    yield from _said(text, said)


def _unnumbered(said: str) -> Callable[[re.Match[str]], str]:
    """Hides the digits of one number, but of a registration number that is written with a dot."""

    def hide(found: re.Match[str]) -> str:
        if DECIMALS_OF_A_PERSON.fullmatch(found[0]) and not OF_THE_EARTH.search(said):
            return found[0]
        return "#" * len(found[0])

    return hide


def _is_mobile(found: re.Match[str], text: str) -> bool:
    """Not the number of a thing: the digits of a code in one run after a letter, or 제011-2020-0001호."""
    before = text[max(0, found.start() - 8) : found.start()]
    if len(found[0]) == SHORT_RUN and found[0].isdigit() and found[0].startswith("010"):
        return False
    if found[0].isdigit() and before[-1:].isascii() and before[-1:].isalpha():
        return bool(_SAYS_MOBILE.search(before))
    return not (before.rstrip().endswith("제") and _NUMBERED.match(text, found.end()))


def _is_barcode(digits: str) -> bool:
    if not digits.startswith(BARCODE) or not digits.isdigit():
        return False
    *body, check = map(int, digits)
    return (sum(body[::2]) + 3 * sum(body[1::2]) + check) % 10 == 0


def _addresses(text: str, said: str) -> Iterator[Hit]:
    for sign in _AT.finditer(text):
        local = _BEFORE_AT.search(text[max(0, sign.start() - 66) : sign.start()])
        if not local:
            continue
        after = text[sign.end() : sign.end() + 128]
        forms = range(len(_AFTER_AT))
        domain = next((found for n in forms if (found := _AFTER_AT[n].match(after))), None)
        if domain and IN_A_SENTENCE.fullmatch(sign[0]) and not _is_account_name(local[0].strip(), domain[1]):
            continue
        if domain and not _of_an_office(local[0].strip(), _domain(domain[1]), text, said):
            yield Hit(Kind.EMAIL, sign.start() - len(local[0]), sign.end() + domain.end())


def _is_account_name(local: str, domain: str) -> bool:
    """Whether a word before ``at`` is no word of a sentence."""
    if WEBMAIL.search(_domain(domain)):
        return True
    return bool(re.search(r"[A-Za-z][._\-]?\d|\d[A-Za-z]|[A-Za-z][._][A-Za-z]", local))


def _domain(written: str) -> str:
    plainly = re.sub(r"dot|닷|점", ".", written) if not written.isascii() or "dot" in written else written
    return re.sub(r"[.,]+", ".", _BLANKS_OF_ADDRESS.sub("", plainly))


def _said(text: str, said: str) -> Iterator[Hit]:
    """Values that are known by a word beside them, in the text or over the column."""
    before = f"{said[:40]} " if SAYS_KIND.search(said) else ""
    whole, shift = before + text, len(before)
    if not OFFICE_ACCOUNT.search(said):
        if not (CODE.search(said) and "계좌" not in said):
            for found in _ACCOUNT.finditer(text):
                if not (
                    DATED.match(found[0])
                    or LANDLINE.match(found[0])
                    or OF_A_THING.search(text[max(0, found.start() - 12) : found.start()])
                ):
                    yield Hit(Kind.ACCOUNT, *found.span())
        for pattern in (_ACCOUNT_SAID, _ACCOUNT_SHORT):
            for found in pattern.finditer(whole):
                group = 1 if found[1] else 2
                least = 11 if pattern is _ACCOUNT_SHORT else 10
                if _is_account(found[group], least) and not MONEY.search(said.replace("입금", "")):
                    yield Hit(Kind.ACCOUNT, max(0, found.start(group) - shift), found.end(group) - shift)
    for kind, pattern in (
        (Kind.CARD, _CARD_SAID),
        (Kind.PASSPORT, _PASSPORT),
        (Kind.LICENCE, _LICENCE),
        (Kind.BIRTH, _BIRTH),
    ):
        for found in pattern.finditer(whole):
            group = found.lastindex or 1
            yield Hit(kind, max(0, found.start(group) - shift), max(1, found.end(group) - shift))
    for found in _BORN.finditer(text):
        yield Hit(Kind.BIRTH, *found.span(1))
    for found in _NAME_AND_BIRTH.finditer(text):
        if not _NO_NAME.search(found["name"]):
            yield Hit(Kind.BIRTH, *found.span("date"))


def _is_account(digits: str, least: int) -> bool:
    if LANDLINE.fullmatch(digits) or BUSINESS.fullmatch(digits) or DATED.match(digits):
        return False
    return least <= sum(character.isdigit() for character in digits) <= 14


def _of_an_office(local: str, domain: str, text: str, said: str) -> bool:
    """Whether an e-mail address reaches an office: by its column, or by a note that tells whom to ask."""
    private = bool(WEBMAIL.search(domain))
    if OFFICE.search(said):
        return not (private and PERSON_IN_CHARGE.search(said))
    if not NOTE.search(text) and not NOTE.search(said):
        return False
    return bool(ROLE.fullmatch(local)) or bool(AGENCY.search(f".{domain}"))


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
