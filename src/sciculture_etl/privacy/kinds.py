"""The kinds of personal values and the forms in which they are written.

All forms are matched against plain text (``plain``). Whether a match is personal where it stands is judged in
``values``. The forms stand as text, since Polars and Python each compile them their own way. Every repetition in them
is bounded, so that no text takes longer than its length.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

import polars as pl

# ㅡ is often typed for a dash; the second is what NFKC makes of it.
DASHES = "[‐‑‒–—―−﹣－ㅡ\u1173─━⁃˗→⇒]"
DASHES_BETWEEN_DIGITS = r"([0-9]\s?)[ー一〜∼](\s?[0-9])"  # which are letters elsewhere
DOTS = "[·ㆍ\u119e・•‧∙。．]"
UNSEEN_RANGES = "\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
UNSEEN = f"[\u00ad\u034f\u061c\u115f\u1160\u3164\ufeff{UNSEEN_RANGES}]"
# Digits written one by one: 9 0 0 1 0 0 - 1 0 0 0 0 0 1.
SPACED = r"\d(?:\s{1,2}[-.~/:]?\s{0,2}\d){9}"
_SPACED = re.compile(r"(?<!\d)\d(?:\s{1,2}[-.~/:]?\s{0,2}\d(?!\d)){9,}")


class Kind(Enum):
    """A kind of personal data, as findings call it: Korean, English."""

    RESIDENT = ("주민(외국인)등록번호", "resident or foreigner registration number")
    MOBILE = ("휴대전화번호", "mobile number")
    EMAIL = ("이메일 주소", "e-mail address")
    CARD = ("카드번호", "card number")
    ACCOUNT = ("계좌번호", "bank account number")
    PASSPORT = ("여권번호", "passport number")
    LICENCE = ("운전면허번호", "driving licence number")
    BIRTH = ("생년월일", "date of birth")

    @property
    def ko(self) -> str:
        return self.value[0]

    @property
    def en(self) -> str:
        return self.value[1]


SIGN = r"[-\s.,~_:;/()\[\]{}<>|*+='\"\\&^!%`?]"  # that people put between groups of digits
MONTH, DAY = r"(?:0\d|1[0-2])", r"(?:[0-2]\d|3[01])"  # 00 counts: invented numbers are written so
HIDDEN = "[*xX#●○◯◎]"
# Six digits that can be a date of birth, and seven, of which all but the first may be hidden.
RESIDENT = (
    rf"\d{{2}}{MONTH}{DAY}{SIGN}{{0,4}}[1-8]\s{{0,2}}\d{{6}}|\d{{2}}{MONTH}{DAY}\s?[-.]?\s?[1-8]\d{{0,2}}{HIDDEN}{{4,6}}"
    rf"|\d{{2}}[-./\s]{MONTH}[-./\s]{DAY}\s?-\s?[1-8]\d{{6}}|\d{{2}}\s?{MONTH}\s?{DAY}\s?-\s?[1-8](?:[\s,]\d){{6}}"
    rf"|\d{{2}}\s?{MONTH}\s?{DAY}\s?-\s?[1-8](?:\d{{2}}\s\d{{4}}|\d{{3}}\s\d{{3}}|-\d{{6}}|,\d{{3}},\d{{3}})"
)
COUNTRY = r"(?:\+|00)?82"
MOBILE = (
    rf"(?:{COUNTRY}{SIGN}{{0,3}}0?{SIGN}{{0,2}}|0)1\s?[016-9]{SIGN}{{0,4}}\d{{3,4}}{SIGN}{{0,4}}\d{{4}}"
    r"|01[016-9][-.]\d{2}\s?\d{2}[-.](?:\d{2}\s\d{2}|\d{3}\s\d)"
)
MOBILE_WITHOUT_ZERO = r"1[016-9][-\s.]?\d{3,4}[-\s.]?\d{4}"
AT = r"(?:[@﹫]{1,3}|[(\[{<]\s?(?i:at|a|@|앳|골뱅이)\s?[)\]}>]|골뱅이|\s앳\s|%40|&#64;|(?:\s|_)(?i:at)(?:\s|_))"
DOT = r"\s?(?:[.,]{1,2}|[(\[]\s?(?:dot|닷|점)\s?[)\]]|\sdot\s|닷)\s?"
EMAIL_BEFORE = r"[\w.%+\-]{1,64}+\s{0,2}$"
EMAIL_AFTER = r"\s{0,2}\.?([A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,5}\.(?:[A-Za-z]{2,24}|한국))"
SECOND_LEVEL = rf"(?:{DOT}(?:co|go|or|re|ac|pe|ne|hs|ms|es))?"
EMAIL_AFTER_LOOSE = rf"\s{{0,2}}([A-Za-z0-9\-]{{1,63}}{SECOND_LEVEL}{DOT}[A-Za-z]{{2,7}})(?![A-Za-z])"
EMAIL_AFTER_BARE = (
    r"\s{0,2}((?:gmail|naver|daum|hanmail|kakao|nate|hotmail|outlook|yahoo|icloud)(?:com|net)?)(?![A-Za-z0-9])"
)
EMAIL_AFTER_HANGUL = (
    r"\s{0,2}((?:네이버|지메일|다음|한메일|카카오|네이트|핫메일)(?:\s?(?:\.|닷|점)?\s?(?:컴|com|넷|net)))"
)
CARD_SIGN = r"[-\s._/~:,;|*+=()\[\]\\]{1,3}"
CARD = (
    rf"[3-69]\d{{3}}(?:{CARD_SIGN}\d{{4}}){{3}}|3[47]\d{{2}}{CARD_SIGN}\d{{6}}{CARD_SIGN}\d{{5}}"
    rf"|3[068]\d{{2}}{CARD_SIGN}\d{{6}}{CARD_SIGN}\d{{4}}"
)
CARD_RUN = r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|35\d{14}|6\d{15}|9\d{15}"
CARD_SAID = r"\d{13,19}|\d{4}(?:[-\s._/~:,]{1,3}\d{2,6}){2,4}"
# Groups of digits as only bank accounts have them.
ACCOUNT = (
    r"\d{6}-\d{2}-\d{6}|\d{3}-\d{4}-\d{4}-\d{2,3}|\d{3}-\d{6}-\d{2}-\d{3}|\d{3}-\d{6}-\d{5}|\d{3}-\d{6}-\d{3}"
    r"|\d{3}-\d{3}-\d{6}|\d{3}-\d{2}-\d{6}-\d|\d{3}-\d{2}-\d{6}|\d{3}-\d{2}-\d{7}|1[0-9]{3}-\d{3}-\d{6}"
    r"|\d{3}[._/~:]\d{4}[._/~:]\d{4}[._/~:]\d{2,3}|\d{3}[._]\d{3}[._]\d{6}"
    r"|(?:3333|7777|7979)-\d{2}-\d{7}|1000-\d{4}-\d{4}|9\d{3}-\d{4}-\d{4}-\d"
)
ACCOUNT_SAID = r"\d{2,8}(?:[-.,\s/~_:|]{1,3}\d{1,8}){1,4}|\d{10,14}"
BANK = (
    r"은행(?![나잎동로길])|뱅크|금고|계좌|통장|입금(?!액)|송금(?!액)|예금주|농협|축협|수협|신협|우체국|저축은행|증권"
    r"|카뱅|케뱅|토뱅|(?i:\bbank|account|a/c)"
)
SHORT_BANK = (
    r"신한|국민|우리|하나|기업|카카오|토스|케이|씨티|제일|산업|대구|부산|광주|전북|경남|제주|외환|수출입|새마을|지역농축협"
    r"|(?i:kb|nh|ibk|sc|im|kdb|bnk|dgb)"
)
PASSPORT_WORD = r"여권|패스포트|(?i:pass\s?port|passeport)"
PASSPORT = (
    r"[A-Za-z]{1,2}[-\s._/:]{0,2}\d{7,8}|[A-Za-z]{1,2}[-\s._/:]{0,2}\d{3,4}[-\s]\d{4}"
    r"|[A-Za-z][-\s._/:]{0,2}\d{3}[-\s._/:]?[A-Za-z][-\s._/:]?\d{4}"
)
PASSPORT_NEW = (
    r"[MSRGDmsrgd][-\s]?\d{3}[-\s]?[A-Za-z][-\s]?\d{4}"  # as they are issued since 2021; nothing else is written so
)
LICENCE_WORD = r"면허|(?i:licen[cs]e)"
LICENCE = rf"(?:\d{{2}}{SIGN}{{0,3}})?\d{{2}}{SIGN}{{0,3}}\d{{6}}{SIGN}{{0,3}}\d{{2}}"
LICENCE_SIGN = r"[-\s./_~:,|)]{1,3}"
LICENCE_OF_A_REGION = (
    rf"(?:1[1-9]|2[0-8]){LICENCE_SIGN}\d{{2}}{LICENCE_SIGN}\d{{6}}{LICENCE_SIGN}\d{{2}}"
    r"|(?:서울|부산|경기|강원|충북|충남|전북|전남|경북|경남|제주|대구|인천|광주|대전|울산)\s?-?\s?\d{2}-\d{6}-\d{2}"
)
CARD_WORD = r"카드\s?번호|카드\s?[:：]|신용카드|체크카드|(?i:\bcard)"
BIRTH_WORD = r"생년|출생|생일|생월일|(?i:dob|d\.o\.b|birth|born)"
DATE = (
    rf"(?:(?:19|20)\d\d\s?[년.\-/,]\s?\d{{1,2}}\s?[월.\-/,]\s?\d{{1,2}}|(?:19|20)\d\d{MONTH}{DAY}"
    rf"|\d{{2}}\s?[년.\-/]\s?\d{{1,2}}\s?[월.\-/]\s?\d{{1,2}}|\d{{2}}{MONTH}{DAY})"
)
BORN = rf"{DATE}\s?일?\.?\s?\)?\s?출?생"
# The family names of nearly all.
FAMILY = "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추"
NAME_AND_BIRTH = (
    rf"[{FAMILY}][가-힣]{{2}}\s?[(,/:\s]\s?(?:19[2-9]\d|20[01]\d)[.\-/년]?\s?\d{{1,2}}[.\-/월]?\s?\d{{1,2}}"
)
# Whatever holds none of these holds nothing personal, where no word beside it says otherwise: forms of at least ten
# digits, and words. One by one they are matched much faster than as one.
DIGIT_FORMS = (RESIDENT, MOBILE, CARD, CARD_RUN, ACCOUNT, LICENCE_OF_A_REGION, SPACED)
TEN_DIGITS = rf"(?:\d[^\d]{{0,6}}){{10}}|\d{{6}}\s?[-.]?\s?[1-8]\d{{0,2}}{HIDDEN}{{4}}"
WORDS = (
    rf"(?:{SHORT_BANK})[^\d]{{0,8}}\d{{2,6}}-|계좌|은행|[뱅카케토]뱅|뱅크|금고|통장|입금|송금|예금주|농협|축협|수협|신협|우체국|증권"
    rf"|(?i:bank|account|a/c)|{PASSPORT_WORD}|{LICENCE_WORD}|{CARD_WORD}|{BIRTH_WORD}|{BORN}|{PASSPORT_NEW}"
    rf"|{NAME_AND_BIRTH}"
)
# A cheap look first: enough digits, words that make few of them enough, or what stands for an @.
WORTH_A_LOOK = (
    r"[@＠﹫]|골뱅이|(?i:[(\[{<]\s?(?:at|a|앳)\s?[)\]}>])|[\s_](?i:at|앳)[\s_]|%40|(?:[0-9０-９⓪①-⑨₀-₉][^0-9０-９⓪①-⑨₀-₉]{0,6}){8}"
    r"|[\p{Nd}--[0-9０-９]]|[0-9]{3}[-\s]?[A-Za-z][-\s]?[0-9]{4}|[0-9]{6}\s?[-.]?\s?[1-8][0-9]{0,2}[*xX#●○◯◎]"
    r"|여권|패스포트|(?i:pass ?port|birth|dob)|[공영0oO][일1lI][공영육칠팔구0-9oO]|생년|출생|생일|[0-9]일?\s?생"
    r"|[0-9]{2,4}[년.\-/]\s?[0-9]{1,2}[월.\-/]\s?[0-9]{1,2}"
)
SHORTEST = len("a@b.kr")
# What is written with the keyboard's characters and Korean syllables alone is plain as it stands.
ODD = r"[^\x00-\x7f가-힣]"


# A mobile number in words or in letters that look like digits: 공일공-…, O1O-….
WORDS_OF_DIGITS = str.maketrans("공영빵일이삼사오육륙칠팔구oOlI", "00012345667890011")
IN_WORDS = (
    r"[공영빵0oO][일1lI][공영빵0oO육칠팔구6-9][-\s.]{0,3}(?:[공영빵일이삼사오육륙칠팔구0-9oOlI]\s?){3,4}[-\s.]{0,3}"
    r"(?:[공영빵일이삼사오육륙칠팔구0-9oOlI]\s?){4}"
)
_IN_WORDS = re.compile(rf"(?<![0-9A-Za-z가-힣]){IN_WORDS}(?![0-9A-Za-z])")
_OTHER_DIGITS = re.compile(r"[^\W\x00-\x7fA-Za-z가-힣]")


def plain(text: str) -> str:
    """Full-width forms, digits of other scripts, dashes and dots as on a keyboard, without characters that nobody sees;
    digits that are written one by one, or in words, are put together.
    """
    if re.search(ODD, text):
        text = re.sub(UNSEEN, "", unicodedata.normalize("NFKC", text))
        text = re.sub(DOTS, ".", re.sub(DASHES, "-", text))
        text = re.sub(DASHES_BETWEEN_DIGITS, r"\1-\2", text)
        text = _OTHER_DIGITS.sub(lambda found: str(unicodedata.decimal(found[0], found[0])), text)
    text = _IN_WORDS.sub(lambda found: found[0].translate(WORDS_OF_DIGITS), text)
    return _SPACED.sub(lambda found: re.sub(r"\s", "", found[0]), text)


def plain_series(texts: pl.Series) -> pl.Series:
    """The same for many texts, but for digits that are written one by one."""
    texts = texts.clone()  # what is scattered into it changes no series of others
    worded = texts.str.contains(f"{IN_WORDS}|[\\p{{Nd}}--[0-9０-９]]").arg_true()
    if worded.len():
        texts = texts.scatter(worded, pl.Series([plain(text) for text in texts.gather(worded)], dtype=pl.String))
    odd = texts.str.contains(ODD).arg_true()
    if not odd.len():
        return texts
    text = pl.col("text").str.normalize("NFKC")
    for pattern, replacement in ((UNSEEN, ""), (DASHES, "-"), (DOTS, "."), (DASHES_BETWEEN_DIGITS, "${1}-${2}")):
        text = text.str.replace_all(pattern, replacement)
    return texts.scatter(odd, pl.DataFrame({"text": texts.gather(odd)}).select(text).to_series())


def for_polars(pattern: str) -> str:
    """A form as Polars reads it, which knows no look-around; digits and blanks of all scripts would cost it much."""
    plainly = re.sub(r"\(\?[!=][^()]*\)", "", pattern).replace(r"[^\d]", "[^0-9]").replace(r"\d", "[0-9]")
    within_class = re.sub(r"\[(?:\\.|[^\[\]\\])*\]", lambda found: found[0].replace(r"\s", r" \t\r\n"), plainly)
    return within_class.replace(r"\s", r"[ \t\r\n]")
