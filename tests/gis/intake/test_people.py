"""Columns about people are recognised and left out; all names here are made up."""

import random
import time

import geopandas as gpd
import pytest
from shapely.geometry import Point

from gis import boundaries, codes, products
from gis.errors import ColumnError
from gis.intake import encodings, people
from gis.intake.legacy_text import WRITTEN

ROWS = 60
FAMILY = "Nguyễn Nguyễn Nguyễn Trần Trần Lê Phạm Huỳnh Võ Phan Bùi Đỗ Đặng Tạ Hồ Ngô Lý Đinh"
MIDDLE = "Văn Văn Thị Thị Đình Hữu Ngọc Minh Thanh Quốc Xuân"
GIVEN = "An Bé Cường Dũng Hạnh Thạnh Phượng Lan Tuấn Sơn Hải Bình Thu"
OFFICES = ("UBND xã Bình Hải", "Công ty TNHH Hải Sơn", "Trường Tiểu học Bình Hải", "HTX Bình Thạnh")
PLACES = ("Phước Hòa", "Lệ Thủy", "An Cường", "Vạn Tường", "Hải Ninh", "Lý Sơn", "Mỹ Huệ 2")


#: Rules with a fault and a clean twin here.
SEEDED = {
    "people.owner",
    "people.birth",
    "people.id-number",
    "people.phone",
    "people.email",
    "people.address",
    "people.certificate",
    "people.tax-number",
    "people.trait",
    "people.note",
    "people.kept",
    "people.value-removed",
}


def frame(**columns):
    rows = max(len(values) for values in columns.values())
    return gpd.GeoDataFrame(columns, geometry=[Point(0, 0)] * rows, crs="EPSG:5898")


def some(make, *, seed, rows=ROWS):
    chance = random.Random(seed)  # noqa: S311 (no secret, made-up names)
    return [make(chance) for _ in range(rows)]


def somebody(chance):
    return " ".join(chance.choice(each.split()) for each in (FAMILY, MIDDLE, GIVEN))


def card(chance):
    sex = chance.randint(0, 1)
    return f"051{sex}{chance.randint(40, 99):02d}{chance.randrange(10**6):06d}"


ABOUT = {
    "owner": {
        "plain": somebody,
        "capitals": lambda chance: somebody(chance).upper(),
        "small": lambda chance: somebody(chance).lower(),
        "titles": lambda chance: (
            chance.choice(["Ông ", "Bà ", "Hộ ông ", "hộ bà "]) + somebody(chance)
        ),
        "couples": lambda chance: f"Ông {somebody(chance)} và bà {somebody(chance)}",
        "several": lambda chance: f"{somebody(chance)} - {somebody(chance)}",
        "with offices": lambda chance: chance.choice([somebody(chance), *OFFICES[:2]]),
        "born": lambda chance: f"{somebody(chance)} ({chance.randint(1940, 1999)})",
        "called by title": lambda chance: (
            chance.choice(["ông ", "bà "]) + chance.choice(GIVEN.split())
        ),
        "half offices": lambda chance: (
            f"{chance.choice(FAMILY.split()[:9])} Minh {chance.choice(GIVEN.split())}"
            if chance.random() < 0.5
            else chance.choice(OFFICES)
        ),
        "without accents": lambda chance: f"Nguyen Van {chance.choice('ABCDE')}",
    },
    "phone": {
        "mobile": lambda chance: f"09{chance.randrange(10**8):08d}",
        "spaced": lambda chance: f"0905 {chance.randrange(1000):03d} {chance.randrange(1000):03d}",
        "abroad": lambda chance: f"+8435{chance.randrange(10**7):07d}",
        "eleven digits": lambda chance: f"0168{chance.randrange(10**7):07d}",
        "land line": lambda chance: f"0255{chance.randrange(10**7):07d}",
    },
    "id-number": {
        "text": card,
        "number": lambda chance: int(card(chance)),
        "old and new": lambda chance: chance.choice([card(chance), "212345678"]),
    },
    "certificate": {
        "serial": lambda chance: f"BK {chance.randrange(10**6):06d}",
        "new serial": lambda chance: f"DD {chance.randrange(10**8):08d}",
        "book": lambda chance: f"CN {chance.randrange(10**5):05d}",
        "joined": lambda chance: f"AB{chance.randrange(10**6):06d}",
    },
    "email": {"any": lambda chance: f"a{chance.randrange(1000)}@example.com"},
}
NOT_ABOUT = {
    "hamlets": lambda chance: chance.choice(PLACES),
    "communes": lambda chance: chance.choice([unit.name for unit in boundaries.units()]),
    "land use": lambda chance: chance.choice(
        [code.name_vi for code in codes.code_table(codes.OLD_TABLE).values()]
    ),
    "land-use codes": lambda chance: chance.choice(["LUC", "ONT+CLN", "Đ", "BHK"]),
    "products": lambda chance: chance.choice([each.name_vi for each in products.products()]),
    "zones": lambda chance: chance.choice(["Vùng hành Bình Hải", "Vùng nén", "Vùng chanh Bình An"]),
    "organisations": lambda chance: chance.choice(OFFICES),
    "decisions": lambda chance: f"{chance.randrange(900)}/QĐ-UBND",
    "years": lambda chance: chance.randint(2005, 2030),
    "parcels of nine digits": lambda chance: str(chance.randrange(10**8, 10**9)),
    "numbers of nine digits": lambda chance: chance.randrange(10**8, 10**9),
    "parcels by commune and sheet": lambda chance: (
        f"21109{chance.randint(1, 60):03d}{chance.randrange(1000):03d}"
    ),
    "areas": lambda chance: round(chance.random() * 10**4, 1),
    "written areas": lambda chance: f"{chance.randrange(900)},{chance.randrange(10**6):06d}",
    "crops": lambda chance: chance.choice(["Ngô lai", "Đỗ xanh", "Cam sành", "Mai vàng", "Đào"]),
    "streets": lambda chance: chance.choice(
        ["giáp đường Nguyễn Văn Linh", "gần trường THCS Phạm Văn Đồng", "đường Lê Lợi"]
    ),
    "towns": lambda chance: chance.choice(["Đô thị mới", "Quản lý thị trường", "Đất ở đô thị"]),
    "sheets": lambda chance: f"D-48-{chance.randrange(100)}-A-{chance.choice('abcd')}",
    "days": lambda chance: f"{chance.randint(1, 28):02d}/07/2025",
    "mail of an office": lambda chance: f"ubnd{chance.randrange(9)}@quangngai.gov.vn",
}


# --- by content -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        pytest.param(kind, make, id=f"{kind}: {name}")
        for kind, makes in ABOUT.items()
        for name, make in makes.items()
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_a_column_about_people_is_recognised_by_what_it_holds(kind, make, seed):
    done = people.screen(frame(F7=some(make, seed=seed), ma=["LUC"] * ROWS))
    assert dict(done.dropped) == {"F7": kind}
    assert list(done.frame.columns) == ["ma", "geometry"]
    assert list(done.findings["rule_id"]) == [f"people.{kind}"]
    assert "--keep-personal F7" in done.findings["message_vi"][0]


@pytest.mark.parametrize("make", NOT_ABOUT.values(), ids=NOT_ABOUT.keys())
@pytest.mark.parametrize("seed", range(3))
def test_a_column_about_anything_else_stays(make, seed):
    done = people.screen(frame(F7=some(make, seed=seed)))
    assert done.dropped == {}
    assert done.findings.empty


@pytest.mark.parametrize("encoding", WRITTEN)
@pytest.mark.parametrize("decoded", [True, False])
def test_names_are_recognised_in_every_encoding(encoding, decoded):
    owners = [encodings.encode(each, encoding).decode("latin-1") for each in some(somebody, seed=1)]
    land = [encodings.encode("Đất ở nông thôn", encoding).decode("latin-1")] * ROWS
    read = frame(F7=owners, loai=land)
    read = encodings.repair(read).frame if decoded else read
    assert dict(people.screen(read).dropped) == {"F7": "owner"}


@pytest.mark.parametrize(
    "one", ["Nguyễn Văn An", "Bà Trần Thị Bé", "Hộ ông Lê Văn Tám", "0905123456"]
)
def test_one_row_is_enough(one):
    assert set(people.screen(frame(F7=[one])).dropped) == {"F7"}


@pytest.mark.parametrize(
    "note",
    [
        "GCN số BK 123456 cấp cho ông Nguyễn Văn A",
        "chuyển nhượng từ bà Trần Thị Bé năm 2019",
        "liên hệ 0905 123 456",
        "CMND: 212345678",
        "sổ đỏ CH 01234",
        "xem a.b@example.com",
        "đất của Phạm Thị Hoa",
        "mua của Nguyễn Minh Tuấn năm 2010",
    ],
)
def test_one_note_about_a_person_among_many_others_is_enough(note):
    notes = ["đất trống", "ven sông", "giáp đường Nguyễn Văn Linh", None] * 200
    done = people.screen(frame(ghichu=[*notes, note]))
    assert dict(done.dropped) == {"ghichu": "note"}
    assert people.screen(frame(ghichu=notes)).dropped == {}


# --- by name ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("chu", "owner", "AAA"),
        ("TENCHU", "owner", "AAA"),
        ("Ten_Chu", "owner", "AAA"),
        ("Tên chủ sử dụng", "owner", "AAA"),
        ("CHUSUDUNG", "owner", "AAA"),
        ("ChuSuDungD", "owner", "AAA"),
        ("tenCSD", "owner", "AAA"),
        ("HoTen", "owner", "AAA"),
        ("Họ và tên", "owner", "AAA"),
        ("nguoi_sd", "owner", "AAA"),
        ("OWNER_NAME", "owner", "AAA"),
        ("NamSinh", "birth", 1965),
        ("ngay_sinh", "birth", "01/02/1965"),
        ("CMND", "id-number", "212345678"),
        ("so_cccd", "id-number", 51065123456),
        ("DienThoai", "phone", 905123456),
        ("SDT", "phone", "0905123456"),
        ("Email", "email", "x at y"),
        ("DiaChi", "address", "Thôn 1"),
        ("DIACHICHU", "address", "Thôn 1"),
        ("SoGCN", "certificate", "01234"),
        ("so_phat_hanh", "certificate", "BK 123456"),
        ("SoVaoSo", "certificate", "CN 01234"),
        ("MaSoThue", "tax-number", "4300123456"),
        ("parcel_owner", "owner", "AAA"),
        ("chu_thua_dat", "owner", "AAA"),
        ("thong_tin_chu", "owner", "AAA"),
        ("thuadat_csd", "owner", "AAA"),
        ("nguoi_khai", "owner", "AAA"),
        ("ho_gd", "owner", "AAA"),
        ("n_sinh", "birth", 1965),
        ("NS", "birth", 1965),
        ("SoGiayTo", "id-number", "212345678"),
        ("Tel", "phone", "3851234"),
        ("noi_o", "address", "Thôn 1"),
        ("SO_PH", "certificate", "123456"),
        ("dan_toc", "trait", "Kinh"),
        ("GioiTinh", "trait", 1),
        ("noi_cap", "trait", "CA Quảng Ngãi"),
    ],
)
def test_a_column_about_people_is_recognised_by_its_name(name, kind, value):
    done = people.screen(frame(**{name: [value]}))
    assert dict(done.dropped) == {name: kind}
    assert list(done.findings["rule_id"]) == [f"people.{kind}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chuvi", 12.5),
        ("chuthich", "ranh giới"),
        ("chu_dau_tu", "Công ty TNHH Hải Sơn"),
        ("tenchudautu", "Công ty TNHH Hải Sơn"),
        ("diachithua", "Thôn Phước Hòa"),
        ("chuquanly", "UBND xã Bình Hải"),
        ("TENCHU", "UBND xã Bình Hải"),
        ("TENCHU", None),
        ("namsinh", "x"),
        ("dinhdanh", "A12"),
        ("DT", 905123456),
        ("dientich", 905.5),
        ("soto", "12"),
        ("ten", "Bình Hải"),
        ("thon", "Nguyễn Văn Linh"),
        ("ten_duong", "Nguyễn Văn Linh"),
        ("project_owner", "Công ty TNHH Hải Sơn"),
        ("ns", 55.5),
        ("ten_ho_chua", "Hồ Sen"),
        ("ngay_cap_nhat", "12/06/2024"),
    ],
)
def test_a_name_that_only_sounds_alike_or_holds_nothing_personal_stays(name, value):
    done = people.screen(frame(**{name: [value]}))
    assert (done.dropped, len(done.findings)) == ({}, 0)


@pytest.mark.parametrize("name", ["thongtin", "nguoi_phoi_hop", "duongsu", "xom_chu", "area_owner"])
def test_a_name_that_holds_the_word_for_a_place_does_not_hide_people(name):
    assert set(people.screen(frame(**{name: some(somebody, seed=1)})).dropped) == {name}


def test_lists_and_records_within_a_cell_name_people_too():
    owners = [["Nguyễn Văn An", "Trần Thị Bé"], ["Lê Văn Tám"]]
    records = [{"ten": "Nguyễn Văn An", "sdt": ["0905123456"]}, None]
    done = people.screen(frame(f=owners, g=records, h=[["LUC"], ["CLN"]]))
    assert set(done.dropped) == {"f", "g"}


def test_a_personal_column_that_is_kept_serves_no_column_of_the_layer():
    with pytest.raises(ColumnError, match="'TENCHU' holds names of land users and cannot serve"):
        people.screen(frame(TENCHU=["Nguyễn Văn An"]), keep_personal=["TENCHU"], wanted={"TENCHU"})


def test_communes_may_be_called_after_people():
    wards = ["Trần Phú", "Trần Hưng Đạo", "Lê Hồng Phong", "Nguyễn Nghiêm", "Trương Quang Trọng"]
    assert people.screen(frame(ten=wards)).dropped == {"ten": "owner"}
    done = people.screen(frame(ten=wards), wanted={"ten"}, places={"ten"})
    assert list(done.frame["ten"]) == wards


# --- keeping, using ---------------------------------------------------------------------------


def test_a_column_is_kept_at_the_users_word_and_that_is_said():
    done = people.screen(
        frame(TENCHU=["Nguyễn Văn An"], SDT=["0905123456"]), keep_personal=["tenchu"]
    )
    assert done.kept_personal == ("TENCHU",)
    assert list(done.frame.columns) == ["TENCHU", "geometry"]
    assert sorted(done.findings["rule_id"]) == ["people.kept", "people.phone"]


def test_what_was_kept_is_taken_off_before_anything_is_shown():
    kept = people.screen(frame(TENCHU=["Nguyễn Văn An"], ma=["LUC"]), keep_personal=["TENCHU"])
    provenance = {people.PERSONAL: list(kept.kept_personal)}
    assert list(people.public(kept.frame, provenance).columns) == ["ma", "geometry"]
    assert list(people.public(kept.frame, {}).columns) == ["TENCHU", "ma", "geometry"]
    without = kept.frame.drop(columns="TENCHU")
    assert list(people.public(without, provenance).columns) == ["ma", "geometry"]


def test_the_ordinary_option_does_not_keep_a_personal_column():
    with pytest.raises(ColumnError, match="'TENCHU' holds names of land users, so --keep") as no:
        people.screen(frame(TENCHU=["Nguyễn Văn An"]), keep=["TENCHU"])
    for words in (str(no.value), no.value.vi):
        assert "--keep-personal TENCHU" in words
        assert "An" not in words.replace("--keep", "").split()
    assert people.screen(frame(a=["x"]), keep=["a"]).dropped == {}
    both = people.screen(frame(TENCHU=["Nguyễn Văn An"]), keep=["TENCHU"], keep_personal=["TENCHU"])
    assert both.kept_personal == ("TENCHU",)


@pytest.mark.parametrize("column", ["TENCHU", "F7"])
def test_a_personal_column_does_not_serve_the_layer(column):
    with pytest.raises(ColumnError, match=f"'{column}' holds names of land users and cannot") as no:
        people.screen(frame(**{column: some(somebody, seed=1)}), wanted={column})
    assert "không dùng làm cột của lớp được" in no.value.vi


def test_a_few_texts_about_people_in_a_column_that_is_needed_are_emptied():
    names = [*(f"Vùng {at}" for at in range(20)), "Vùng hành hộ ông Nguyễn Văn A", None]
    done = people.screen(frame(ten=names, ma=["LUC"] * 22), wanted={"ten"})
    assert done.frame["ten"].tolist()[:20] == names[:20]
    assert done.frame["ten"].isna().tolist()[20:] == [True, True]
    assert list(done.findings["rule_id"]) == ["people.value-removed"]
    assert list(done.findings["row"]) == [21]
    assert done.findings["message_vi"][0].startswith("Dòng 21: ")
    clean = people.screen(frame(ten=names[:20]), wanted={"ten"})
    assert clean.findings.empty


def test_rows_are_counted_as_in_the_file():
    rows = frame(ten=["x", "y", "của ông Nguyễn Văn A", "z", "t", "u"]).assign(
        source_row=[11, 12, 13, 14, 15, 16]
    )
    assert list(people.screen(rows, wanted={"ten"}).findings["row"]) == [13]


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(ColumnError, match="no column 'x'; the file has the columns a"):
        people.screen(frame(a=["1"]), keep_personal=["x"])


def test_neither_findings_nor_refusals_quote_anybody():
    private = frame(
        TENCHU=["Nguyễn Văn An"], F1=["0905123456"], F2=["cấp cho bà Trần Thị Bé"], F3=["a@b.vn"]
    )
    done = people.screen(private)
    said = done.findings.drop(columns="geometry").to_csv()
    for secret in ("Nguyễn", "0905", "Trần", "a@b"):
        assert secret not in said


def test_lists_numbers_and_gaps_are_no_people():
    odd = frame(a=[["x"], None], b=[1.5, None], c=[None, None], d=[True, False])
    assert people.screen(odd).dropped == {}


@pytest.mark.parametrize("part", ["a", "ông ", " ", "0", "a.", "Nguyễn ", "@a"])
def test_a_text_of_a_million_letters_takes_no_longer_than_many_short_ones(part):
    begun = time.process_time()
    people.screen(frame(ghichu=[part * (10**6 // len(part))], **{"x" * 10**5: ["1"]}))
    assert time.process_time() - begun < 10
