"""Classes and colours: F-RGB palette, encode, decode, presence vector."""

from cosimgen_monai.codec.certainty import decode_certainty
from cosimgen_monai.codec.class_table import VOID, ClassTable
from cosimgen_monai.codec.colour_order import colour_order
from cosimgen_monai.codec.frgb import decode_frgb, encode_frgb
from cosimgen_monai.codec.legend import with_legend
from cosimgen_monai.codec.mean_field import check_smoothing, mean_field_index
from cosimgen_monai.codec.nearby import decode_nearby
from cosimgen_monai.codec.overlay import Picture, colour_label, overlay, to_8_bit
from cosimgen_monai.codec.pair import IMAGE_CHANNELS, PAIR_CHANNELS, pack_pair, unpack_pair
from cosimgen_monai.codec.palette import display_colours, fibonacci_palette
from cosimgen_monai.codec.presence import class_areas, presence_of, presence_threshold, presence_vector
from cosimgen_monai.codec.shrink import shrink_label
from cosimgen_monai.codec.specks import check_speck_size, merge_specks, merge_splinters
from cosimgen_monai.codec.thin import restore_thin

__all__ = [
    "IMAGE_CHANNELS",
    "PAIR_CHANNELS",
    "VOID",
    "ClassTable",
    "Picture",
    "check_smoothing",
    "check_speck_size",
    "class_areas",
    "colour_label",
    "colour_order",
    "decode_certainty",
    "decode_frgb",
    "decode_nearby",
    "display_colours",
    "encode_frgb",
    "fibonacci_palette",
    "mean_field_index",
    "merge_specks",
    "merge_splinters",
    "overlay",
    "pack_pair",
    "presence_of",
    "presence_threshold",
    "presence_vector",
    "restore_thin",
    "shrink_label",
    "to_8_bit",
    "unpack_pair",
    "with_legend",
]
