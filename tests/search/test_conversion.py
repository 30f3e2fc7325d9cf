"""Which way a conversion goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.search.conversion import conversions_asked, converts, converts_back
from codesearch.search.hit import Filters
from tests.support.repositories import write

CODE = "def {name}(value):\n    parts = read(value)\n    return write(parts)\n"
SHORT = "{name} = lambda value: write(read(value))\n"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("convert int to string", "int_to_string"),
        ("convert int to string", "int2str"),
        ("integer to string", "Convert.intToStr"),
        ("turn a string into a date", "Date.fromString"),
        ("turn a string into a date", "string_as_date"),
        ("unix time to date", "UnixTimeToDate"),
        ("json to xml", "json2XML"),
        ("UTC time to local time", "TimestampField.utc_to_local"),
        ("convert an object to json", "Gson.object_to_json"),
        ("status code to text", "Status.codeToText"),
        ("int from a string", "string_to_int"),
        ("get a date from a unix timestamp", "Date.fromTimestamp"),
        ("convert string to int and int to string", "string_to_int"),
        ("convert string to int and int to string", "int_to_string"),
    ],
)
def test_a_name_converts_as_asked(question: str, name: str) -> None:
    asked = conversions_asked(question)
    assert converts(name, asked)
    assert not converts_back(name, asked)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("convert int to string", "string_to_int"),
        ("convert int to string", "toInt"),
        ("turn a string into a date", "Date.toString"),
        ("turn a string into a date", "string_from_date"),
        ("json to xml", "xml2json"),
        ("utc time to local time", "local_time_to_utc"),
        ("int from a string", "int_to_string"),
        ("read json from xml", "xmlFromJson"),
    ],
)
def test_a_name_converts_back(question: str, name: str) -> None:
    asked = conversions_asked(question)
    assert converts_back(name, asked)
    assert not converts(name, asked)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("convert int to string", "convert"),
        ("convert int to string", "int_string_pairs"),
        ("string to date", "date_to_datestring"),
        ("how to sort a list", "list_to_sort"),
        ("a function to parse json", "to_function"),
        ("where BoxedIntoRoute is stored", "route_into_boxed"),
        ("remove newlines from etags", "get_etag_from_file"),
        ("to string", "toString"),
        ("load config into the app", "Config.from_file"),
        ("remove an element from a list", "remove_element"),
        ("load config from a file", "write_file"),
        ("write acl file to disk", "ACLSaveToFile"),
        ("load aof manifest into memory", "aofLoadManifestFromDisk"),
        ("extract query string into a struct", "Query.try_from_uri"),
        ("redirect errors to logger", "H2Connection.writeLoop"),
        ("how are http2 frames sent to the peer", "H2Frame"),
        ("add header to request", "Http2Request.to_address"),
        ("copy slice into buffer", "copy_from_slice"),
        ("convert string to int and int to string", "string_to_float_list"),
        ("convert to", "to"),
        ("", ""),
    ],
)
def test_other_names_say_nothing(question: str, name: str) -> None:
    asked = conversions_asked(question)
    assert not converts(name, asked)
    assert not converts_back(name, asked)


@pytest.mark.parametrize(
    ("question", "wanted", "back"),
    [
        ("convert int to string", "int_to_string", "string_to_int"),
        ("convert string to int", "string_to_int", "int_to_string"),
        ("how to convert json to yaml", "json2yaml", "yaml2json"),
    ],
)
def test_the_conversion_that_is_asked_for_comes_first(tmp_path: Path, question: str, wanted: str, back: str) -> None:
    write(tmp_path, {"one.py": CODE.format(name=back), "two.py": CODE.format(name=wanted)})
    with Index.create(tmp_path) as index:
        index.update()
        names = [hit.name for hit in index.search(question).hits]
    assert names == [wanted, back]


def test_of_two_short_neighbours_the_one_that_converts_as_asked_is_the_hit(tmp_path: Path) -> None:
    both = SHORT.format(name="hex_to_rgb") + "\n" + SHORT.format(name="rgb_to_hex")
    write(tmp_path, {"color.py": both, "palette.py": CODE.format(name="hex_palette")})
    with Index.create(tmp_path) as index:
        index.update()
        assert index.search("convert rgb to hex").hits[0].name == "rgb_to_hex"
        assert index.search("convert hex to rgb").hits[0].name == "hex_to_rgb"
        assert index.search("convert ColorSpace rgb to hex").hits[0].name == "rgb_to_hex"
        assert index.search("convert rgb to hex", filters=Filters(kinds=("function",))).hits[0].name == "rgb_to_hex"
