"""Which personal values stand in a text, given what its column is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from sciculture_etl.privacy import kinds
from sciculture_etl.privacy.kinds import Kind, for_polars, plain, plain_series

# What a column or a note says of itself.
OFFICE = re.compile(r"(?:기관|대표|사무|부서|법인|단체|센터|담당).*(?:메일|mail|연락처|전화|tel|contact)|문의", re.I)
OFFICE_ACCOUNT = re.compile(r"(?:기관|법인|단체|사업비|사업자).*계좌")
PERSON_IN_CHARGE = re.compile(r"담당자")
REGISTERED = re.compile(r"법인|사업자|고유번호|isbn|바코드", re.I)
MONEY = re.compile(r"(?:액|비|금|예산|단가|비용|매출)(?:(?:백만|천|만|억)?원)?$")
AMOUNT = r"^\s*[1-9][0-9,]*원?\s*$"
CODE = re.compile(r"(?:코드|번호|아이디|isbn|바코드|(?:^|[^a-z])(?:id|no\.?))$", re.I)
PHONE = re.compile(r"전화|휴대|핸드폰|연락처|phone|mobile|tel|hp|h\.p", re.I)
SAYS_KIND = re.compile(rf"{kinds.BANK}|은행|{kinds.PASSPORT_WORD}|{kinds.LICENCE_WORD}|카드")
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
LANDLINE = re.compile(r"0(?:2|[3-6]\d|70|50\d)[-.\s]\d{3,4}[-.\s]\d{4}")
BUSINESS = re.compile(r"\d{3}-\d{2}-\d{5}")
DATED = re.compile(r"(?:19|20)\d\d[-.\s]?(?:0\d|1[0-2]|\d\D)")

_RESIDENT = re.compile(rf"(?<!\d)(?<!\d-)(?:{kinds.RESIDENT})(?!\d|-\d)")
_MOBILE = re.compile(
    rf"(?<!\d)(?<!\d[-.])(?:(?<![A-Za-z])|(?<=tel)|(?<=hp)|(?<=h\.p)|(?<=phone)|(?<=mobile)|(?<=\bm)|(?<=\bc))"
    rf"(?:{kinds.MOBILE})(?!\d)",
    re.I,
)
_EMAIL = re.compile(kinds.EMAIL, re.I)
_CARD = re.compile(rf"(?<![\d-])(?:{kinds.CARD})(?![\d-])")
_CARD_RUN = re.compile(rf"(?<![\dA-Za-z.-])(?:{kinds.CARD_RUN})(?![\d-]|\.\d)")
_CARD_SAID = re.compile(rf"(?:{kinds.CARD_WORD})[^\d]{{0,10}}({kinds.CARD_SAID})(?!\d)")
_ACCOUNT = re.compile(rf"(?<![\dA-Za-z-])(?:{kinds.ACCOUNT})(?![\d-])")
_ACCOUNT_SAID = re.compile(
    rf"(?:{kinds.BANK})[^\d]{{0,15}}({kinds.ACCOUNT_SAID})(?!\d)|(?<![\d-])({kinds.ACCOUNT_SAID})[^\d]{{0,8}}(?:{kinds.BANK})"
)
_ACCOUNT_SHORT = re.compile(rf"(?:{kinds.SHORT_BANK})(?:은행)?\s?[:)]?\s?(\d{{2,6}}(?:-\d{{2,8}}){{2,3}})(?![\d-])")
_PASSPORT = re.compile(rf"(?:{kinds.PASSPORT_WORD})[^A-Z\d]{{0,12}}({kinds.PASSPORT})(?!\d)")
_LICENCE = re.compile(rf"{kinds.LICENCE_WORD}[^\d]{{0,12}}({kinds.LICENCE})(?!\d)")

_WITHOUT_ZERO = f"^ *{for_polars(kinds.MOBILE_WITHOUT_ZERO)} *$"


@dataclass(frozen=True)
class Hit:
    """A personal value found: its kind, and where it stands in the plain text."""

    kind: Kind
    start: int
    end: int


@lru_cache(maxsize=4096)
def _squeezed(label: str) -> str:
    return re.sub(r"[\s()\[\]]", "", plain(label))


def changes_judgement(label: str) -> bool:
    """Whether what stands under a label is judged in its light."""
    said = _squeezed(label)
    return any(pattern.search(said) for pattern in (PHONE, SAYS_KIND, OFFICE, MONEY))


def suspicious(texts: pl.Series, label: str = "") -> pl.Series:
    """Row numbers, from 0, of the texts of a column that may hold personal values; no text that does is left out."""
    said = _squeezed(label)
    if PHONE.search(said) or SAYS_KIND.search(said):
        look = texts.str.contains(r"[0-9０-９@＠]")
    else:
        look = texts.str.contains(kinds.WORTH_A_LOOK)
    near = ((texts.str.len_bytes() >= kinds.SHORTEST) & look).fill_null(False).arg_true()
    if not near.len():
        return near
    cells = plain_series(texts.gather(near))
    if SAYS_KIND.search(said):
        return near
    held = cells.str.contains(for_polars(kinds.WORDS))
    many = cells.str.contains(for_polars(kinds.TEN_DIGITS)).arg_true()
    if many.len():
        numbers = cells.gather(many)
        forms = pl.any_horizontal(numbers.str.contains(for_polars(form)) for form in kinds.DIGIT_FORMS)
        held = held.scatter(many.filter(pl.select(forms).to_series()), True)
    if not OFFICE.search(said):
        held = held | cells.str.contains(for_polars(kinds.AT))
    elif PERSON_IN_CHARGE.search(said):
        held = held | cells.str.contains(f"(?i){_WEBMAIL}")
    if PHONE.search(said):
        held = held | cells.str.contains(_WITHOUT_ZERO)
    if MONEY.search(said):
        held = held & ~cells.str.contains(AMOUNT)
    return near.filter(held)


def kinds_in(text: str, label: str = "") -> list[Kind]:
    """The kinds of personal values in a text that stands under ``label``, each once."""
    return list(dict.fromkeys(hit.kind for hit in hits(plain(text), label)))


def hits(text: str, label: str = "") -> Iterator[Hit]:
    """Every personal value in a plain text."""
    said = _squeezed(label)
    money = bool(MONEY.search(said) and re.search(AMOUNT, text))
    if not money:
        for found in _RESIDENT.finditer(text):
            if not REGISTERED.search(said) and not REGISTERED.search(text[max(0, found.start() - 12) : found.start()]):
                yield Hit(Kind.RESIDENT, *found.span())
        for found in _MOBILE.finditer(text):
            yield Hit(Kind.MOBILE, *found.span())
    if PHONE.search(said) and re.fullmatch(kinds.MOBILE_WITHOUT_ZERO, text.strip()):
        yield Hit(Kind.MOBILE, 0, len(text))
    if re.search(kinds.AT, text, re.I):
        for found in _EMAIL.finditer(text):
            if not _of_an_office(found[0], text, said):
                yield Hit(Kind.EMAIL, *found.span())
    for found in _CARD.finditer(text):
        yield Hit(Kind.CARD, *found.span())
    if not money and not (CODE.search(said) and "카드" not in said):
        for found in _CARD_RUN.finditer(text):
            if _luhn(found[0]):
                yield Hit(Kind.CARD, *found.span())
    yield from _said(text, said)


def _said(text: str, said: str) -> Iterator[Hit]:
    """Values that are known by a word beside them, in the text or over the column."""
    before = f"{said} " if SAYS_KIND.search(said) else ""
    whole, shift = before + text, len(before)
    if not OFFICE_ACCOUNT.search(said):
        if not (CODE.search(said) and "계좌" not in said):
            for found in _ACCOUNT.finditer(text):
                yield Hit(Kind.ACCOUNT, *found.span())
        for pattern in (_ACCOUNT_SAID, _ACCOUNT_SHORT):
            for found in pattern.finditer(whole):
                group = 1 if found[1] else 2
                least = 11 if pattern is _ACCOUNT_SHORT else 10
                if _is_account(found[group], least) and not MONEY.search(said.replace("입금", "")):
                    yield Hit(Kind.ACCOUNT, max(0, found.start(group) - shift), found.end(group) - shift)
    for kind, pattern in ((Kind.CARD, _CARD_SAID), (Kind.PASSPORT, _PASSPORT), (Kind.LICENCE, _LICENCE)):
        for found in pattern.finditer(whole):
            yield Hit(kind, max(0, found.start(1) - shift), found.end(1) - shift)


def _is_account(digits: str, least: int) -> bool:
    if LANDLINE.fullmatch(digits) or BUSINESS.fullmatch(digits) or DATED.match(digits):
        return False
    return least <= sum(character.isdigit() for character in digits) <= 14


def _of_an_office(address: str, text: str, said: str) -> bool:
    """Whether an e-mail address reaches an office: by its column, or by a note that tells whom to ask."""
    local, domain = re.split(rf"\s?{kinds.AT}\s?", address, maxsplit=1, flags=re.I)
    private = bool(WEBMAIL.search(domain))
    if OFFICE.search(said):
        return not (private and PERSON_IN_CHARGE.search(said))
    if not NOTE.search(text) and not NOTE.search(said):
        return False
    return bool(ROLE.fullmatch(local)) or bool(AGENCY.search(f".{domain}"))


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
