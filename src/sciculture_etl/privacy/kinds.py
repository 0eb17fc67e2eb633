"""The kinds of personal values and the forms in which they are written.

All forms are matched against plain text (``plain``). Whether a match is personal where it stands is judged in
``values``. The forms stand as text, since Polars and Python each compile them their own way.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

import polars as pl

DASHES = "[‐‑‒–—―−﹣－ㅡ\u1173]"  # the last is what NFKC makes of the vowel ㅡ, often typed for a dash
DOTS = "[·ㆍ・•‧]"
UNSEEN = "[\u00ad\u200b-\u200d\u2060\ufeff]"


class Kind(Enum):
    """A kind of personal data, as findings call it: Korean, English."""

    RESIDENT = ("주민(외국인)등록번호", "resident or foreigner registration number")
    MOBILE = ("휴대전화번호", "mobile number")
    EMAIL = ("이메일 주소", "e-mail address")
    CARD = ("카드번호", "card number")
    ACCOUNT = ("계좌번호", "bank account number")
    PASSPORT = ("여권번호", "passport number")
    LICENCE = ("운전면허번호", "driving licence number")

    @property
    def ko(self) -> str:
        return self.value[0]

    @property
    def en(self) -> str:
        return self.value[1]


# Six digits that can be a date of birth, and seven. Day 00 and month 00 count: invented numbers are written so.
RESIDENT = r"\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\s{0,2}[-./_]?\s{0,2}[1-8]\d{6}"
MOBILE = r"(?:(?:\+|00)?82[-.\s)]{0,2}\(?0?\)?\s?|\(?0)1[016-9][)]?[-./\s]{0,3}\d{3,4}[-./\s]{0,3}\d{4}"
MOBILE_WITHOUT_ZERO = r"1[016-9]\d{7,8}"
AT = r"(?:@|[(\[]\s?(?i:at|골뱅이)\s?[)\]])"
EMAIL = rf"[\w.%+\-]{{1,64}}\s?{AT}\s?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+){{0,5}}\.[A-Za-z]{{2,}}"
CARD = r"[3-69]\d{3}[-\s.]\d{4}[-\s.]\d{4}[-\s.]\d{4}|3[47]\d{2}[-\s]\d{6}[-\s]\d{5}"
CARD_RUN = r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|35\d{14}|6\d{15}|9\d{15}"
CARD_SAID = r"\d{13,19}|\d{4}(?:[-\s.]\d{2,6}){2,4}"
# Groups of digits as only bank accounts have them.
ACCOUNT = (
    r"\d{6}-\d{2}-\d{6}|3\d{2}-\d{4}-\d{4}-\d{2}|\d{3}-\d{6}-\d{2}-\d{3}|\d{3}-\d{6}-\d{5}|100[256]-\d{3}-\d{6}"
    r"|1[0146]0-\d{3}-\d{6}|(?:3333|7777|7979)-\d{2}-\d{7}"
)
ACCOUNT_SAID = r"\d{2,6}(?:[-.\s]\d{1,8}){1,4}|\d{10,14}"
BANK = r"은행(?![나잎동로길])|뱅크|금고|계좌|입금(?!액)|송금(?!액)|예금주|농협|축협|수협|신협|우체국"
SHORT_BANK = r"신한|국민|우리|하나|기업|카카오|토스|케이|씨티|제일|산업|대구|부산|광주|전북|경남|제주"
PASSPORT_WORD = r"여권|[Pp]assport"
PASSPORT = r"[A-Z]{1,2}\d{7,8}|[A-Z]\d{3}[A-Z]\d{4}"
LICENCE_WORD = r"면허"
LICENCE = r"\d{2}-\d{2}-\d{6}-\d{2}"
CARD_WORD = r"카드\s?번호|카드\s?[:：]|신용카드|체크카드"
# Whatever holds none of these holds nothing personal, where no word beside it says otherwise: forms of at least ten
# digits, and words. One by one they are matched much faster than as one.
DIGIT_FORMS = (RESIDENT, MOBILE, CARD, CARD_RUN, ACCOUNT)
TEN_DIGITS = r"(?:\d[^\d]{0,4}){10}"
WORDS = (
    rf"(?:{SHORT_BANK})[^\d]{{0,8}}\d{{2,6}}-|계좌|은행|뱅크|금고|입금|송금|예금주|농협|축협|수협|신협|우체국"
    rf"|{PASSPORT_WORD}|{LICENCE_WORD}|{CARD_WORD}"
)
# A cheap look first: enough digits, or what stands for an @.
WORTH_A_LOOK = r"[@＠]|골뱅이|(?i:[(\[]\s?at\s?[)\]])|(?:[0-9０-９][^0-9０-９]{0,4}){8}"
SHORTEST = len("a@b.kr")
# What is written with the keyboard's characters and Korean syllables alone is plain as it stands.
ODD = r"[^\x00-\x7f가-힣]"


def plain(text: str) -> str:
    """Full-width forms, dashes and dots as on a keyboard, without characters that nobody sees."""
    if not re.search(ODD, text):
        return text
    text = re.sub(UNSEEN, "", unicodedata.normalize("NFKC", text))
    return re.sub(DOTS, ".", re.sub(DASHES, "-", text))


def plain_series(texts: pl.Series) -> pl.Series:
    """The same for many texts; those of the keyboard's characters and Korean syllables alone are left as they are."""
    odd = texts.str.contains(ODD).arg_true()
    if not odd.len():
        return texts
    text = pl.col("text").str.normalize("NFKC")
    for pattern, replacement in ((UNSEEN, ""), (DASHES, "-"), (DOTS, ".")):
        text = text.str.replace_all(pattern, replacement)
    return texts.scatter(odd, pl.DataFrame({"text": texts.gather(odd)}).select(text).to_series())


def for_polars(pattern: str) -> str:
    """A form as Polars reads it, which knows no look-around; digits and blanks of all scripts would cost it much."""
    plainly = re.sub(r"\(\?[!=][^)]*\)", "", pattern).replace(r"[^\d]", "[^0-9]").replace(r"\d", "[0-9]")
    within_class = re.sub(r"\[[^\]]*\]", lambda found: found[0].replace(r"\s", r" \t\r\n"), plainly)
    return within_class.replace(r"\s", r"[ \t\r\n]")
