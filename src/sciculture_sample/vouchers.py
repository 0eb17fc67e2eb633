"""Science culture vouchers: monthly aggregates, never a person's row (voucher_usage)."""

from sciculture_sample.apportion import apportion
from sciculture_sample.history import VOUCHER_USERS
from sciculture_sample.records import Record, Table
from sciculture_sample.register import VOUCHER_OPERATOR
from sciculture_sample.years import MONTHS, ProgramYear, Report

CATEGORIES = ("기초생활수급자", "차상위", "복지시설", "도서벽지학교", "기타")
PRODUCTS = {"과학공연": 12_000, "전시체험": 8_000, "교구": 21_000, "도서": 14_000, "강연·교육": 10_000}
ROWS_A_MONTH = 334
USERS_A_ROW = 2  # at least so many on average, so that small years have fewer rows


def vouchers(year: ProgramYear) -> Report:
    """A table a month by the operator; some cells are of one or two persons."""
    users = VOUCHER_USERS.get(year.year)
    if users is None:
        return Report([])
    rng = year.rng("vouchers")
    (operator,) = year.institutions(VOUCHER_OPERATOR, 1)
    cells = [(place, who, what) for place in year.districts for who in CATEGORIES for what in PRODUCTS]
    rows = min(ROWS_A_MONTH * year.scale, len(cells) // 2, users // USERS_A_ROW // len(MONTHS))
    people = apportion(users, [rng.lognormvariate(0, 0.9) for _ in range(rows * len(MONTHS))], low=1)
    tables = []
    issued_total = 0
    for number, month in enumerate(MONTHS):
        records: list[Record] = []
        for place, who, what in (cells[index] for index in sorted(rng.sample(range(len(cells)), rows))):
            count = people.pop()
            issued = count + rng.randint(0, 3) + count // 8
            used = count + rng.randint(0, count)
            issued_total += issued
            records.append(
                {
                    "place": place,
                    "beneficiary_category": who,
                    "product_category": what,
                    "issued_count": issued,
                    "user_count": count,
                    "use_count": used,
                    "used_amount_krw": used * PRODUCTS[what],
                }
            )
        earlier = records[:-3] if number == 4 else ()
        received = year.received(number + 2, 7)
        style = year.year + 3 * number
        tables.append(
            Table("voucher_usage", year.year, operator.name, records, received, style, month, earlier=earlier)
        )
    return Report(tables, [operator], {"voucher": {"user_count": users, "issued_count": issued_total}})
