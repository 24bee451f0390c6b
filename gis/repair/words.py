"""Why a repair changed or left something, in both languages."""

from typing import Final

from gis.repair.ledger import Words, size

# --- why it was changed -----------------------------------------------------------------------

DROPPED: Final[Words] = (
    "Trùng hoàn toàn cả hình và thuộc tính với dòng trước: giữ dòng trước, bỏ dòng này.",
    "The same shape and attributes as an earlier row: that one stays, this one goes.",
)
INSERTED: Final[Words] = (
    "Thêm đỉnh của thửa bên vào cạnh chung, để hai bên khớp từng đỉnh.",
    "A vertex of the neighbour was added to the shared edge, so that both sides match.",
)
BENT: Final[Words] = (
    "Đưa cạnh về đỉnh của thửa bên vì đỉnh đó nằm trên ranh không được dịch chuyển.",
    "The edge was led through the neighbour's vertex, which lies on a boundary that stays.",
)
TO_VERTEX: Final[Words] = (
    "Đưa các đỉnh cách nhau trong dung sai về một đỉnh đã có.",
    "Vertices within the tolerance of each other were put on one that exists.",
)
TO_EDGE: Final[Words] = (
    "Đưa đỉnh về cạnh của thửa bên, vuông góc với cạnh đó.",
    "The vertex was put on the neighbour's edge, at right angles to it.",
)
BY_SETTLED: Final[Words] = (
    "Phần chồng thuộc vùng đã duyệt hoặc đang sản xuất, ranh vùng đó giữ nguyên.",
    "The overlap stays with the zone that is approved or in use, whose boundary does not move.",
)
BY_PLACE: Final[Words] = (
    "Phần chồng thuộc thửa nằm cùng bên với nó so với ranh cố định (ranh xã, vùng đã duyệt).",
    "The overlap stays with the feature on its side of a fixed boundary (commune, approved zone).",
)
BY_WHOLENESS: Final[Words] = (
    "Bị cắt là thửa vẫn còn nguyên một phần sau khi cắt; thửa kia sẽ bị tách hoặc thành mảnh vụn.",
    "Trimmed was the one that stays whole; the other would fall apart or become a sliver.",
)
BY_SHAPE: Final[Words] = (
    "Phần chồng thuộc về thửa mà nếu mất đi sẽ thành gai nhọn.",
    "The overlap stays with the feature that would be left with a spike.",
)
BY_REGISTER: Final[Words] = (
    "Chia như vậy thì diện tích vẽ khớp diện tích pháp lý của hai thửa hơn.",
    "This way the drawn areas fit the registered areas of the two better.",
)
BY_BORDER: Final[Words] = (
    "Phần chồng thuộc thửa có ranh chung với nó dài hơn.",
    "The overlap stays with the feature that has the longer border with it.",
)
BY_ORDER: Final[Words] = (
    "Không có căn cứ khác: phần chồng thuộc dòng đứng trước.",
    "Nothing else decides: the overlap stays with the earlier row.",
)
CUT_OUT: Final[Words] = (
    "Khoét phần của thửa nằm bên trong.",
    "The feature that lies inside was cut out.",
)
FILLED: Final[Words] = (
    "Nhập khoảng hở vào thửa có ranh chung dài nhất với nó.",
    "The gap went to the neighbour with the longest border on it.",
)
GAVE_PART: Final[Words] = (
    "Phần vụn nhập vào thửa cùng loại đất có ranh chung dài nhất.",
    "The left-over went to the neighbour of the same code with the longest border on it.",
)
GOT_PART: Final[Words] = (
    "Nhận phần vụn của thửa cùng loại đất.",
    "Took the left-over of a feature of the same code.",
)

# --- why it was left --------------------------------------------------------------------------

OTHER_STEP: Final[Words] = (
    "Bước sửa này không được chọn.",
    "This step of the repair was not asked for.",
)
NOT_MENDED: Final[Words] = (
    "Không có quy tắc sửa tự động; cần người xem xét.",
    "No rule of the repair settles it; it asks for a person.",
)
HAIR: Final[Words] = (
    "Hẹp hơn một micromét: chỉ là sai số làm tròn tọa độ.",
    "Thinner than a micrometre: no more than the rounding of coordinates.",
)
BROKEN: Final[Words] = (
    "Hình trống hoặc không hợp lệ nên không sửa được; hãy nạp lại tệp để sửa vòng ranh.",
    "The shape is missing or invalid, so it was left; import the file again to repair its rings.",
)
BOTH_SETTLED: Final[Words] = (
    "Ranh của cả hai bên đều đã duyệt, đang sản xuất hoặc cố định nên không dịch chuyển.",
    "The boundaries of both sides are approved, in use or fixed, and do not move.",
)
FIXED: Final[Words] = (
    "Muốn khớp thì phải dịch chuyển ranh cố định (ranh xã, vùng đã duyệt hoặc đang sản xuất).",
    "To close it, a fixed boundary (commune, zone approved or in use) would have to move.",
)
FAR_SIDE: Final[Words] = (
    "Nằm bên kia ranh cố định so với các thửa kề; sửa thì sẽ vượt qua ranh đó.",
    "It lies across a fixed boundary from its neighbours; a repair would cross that boundary.",
)
DIFFERENT: Final[Words] = (
    "Trùng hình nhưng khác thuộc tính; cần người chọn dòng đúng.",
    "The same shape with different attributes; a person must say which row is right.",
)
FALLS_APART: Final[Words] = (
    "Cắt bên nào thì thửa đó cũng bị tách, mất hoặc thành mảnh vụn.",
    "Whichever were trimmed would fall apart, vanish or become a sliver.",
)
REGISTER_AGAINST: Final[Words] = (
    "Diện tích pháp lý của thửa ngoài không trừ thửa bên trong; cần người xem xét.",
    "The registered area of the outer one does not leave the inner one out; a person must look.",
)
UNSOUND: Final[Words] = (
    "Sửa thì hình sẽ sai, mất phần hoặc thay đổi diện tích quá mức.",
    "The repair would make a shape invalid, lose a part, or change an area too much.",
)
WORSE: Final[Words] = (
    "Sửa thì sẽ sinh lỗi khác lớn hơn.",
    "The repair would make another fault, or a larger one.",
)
NO_NEIGHBOUR: Final[Words] = (
    "Không có thửa kề nào được phép nhận.",
    "No neighbour may take it.",
)
ON_PURPOSE: Final[Words] = (
    "Khoảng trống nằm trong một vùng, có thể là chủ ý.",
    "The opening lies within one zone and may be meant.",
)
OWN_PARCEL: Final[Words] = (
    "Nhỏ nhưng là thửa riêng, có thuộc tính khác các thửa kề.",
    "Small, but a feature of its own: its attributes differ from its neighbours'.",
)
SAME_PLACE: Final[Words] = (
    "Đỉnh không nằm trên cạnh nào của thửa bên mà ở ngay đỉnh của cạnh.",
    "The vertex belongs to no edge of the neighbour, but to the end of one.",
)


def too_large(area_m2: float, limit_m2: float) -> Words:
    """Say that a fault is above the size that is repaired."""
    (vi, en), (most_vi, most_en) = size(area_m2), size(limit_m2)
    return (
        f"Lớn hơn mức tự sửa (fix_m2): {vi}, mức là {most_vi}.",
        f"Larger than what is repaired (fix_m2): {en}, the limit is {most_en}.",
    )


def too_far(distance_m: float, limit_m: float) -> Words:
    """Say that a vertex is farther away than vertices are moved."""
    (vi, en), (most_vi, most_en) = size(distance_m, "m"), size(limit_m, "m")
    return (
        f"Xa hơn mức được dịch chuyển (fix_m): {vi}, mức là {most_vi}.",
        f"Farther than vertices are moved (fix_m): {en}, the limit is {most_en}.",
    )
