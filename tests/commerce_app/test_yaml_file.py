import pytest

from commerce_app.yaml_file import LARGEST_BYTES, LONGEST_TOLD, YamlFileError, read_yaml, told

# Nine times nine times … of what stands first.
BOMB = "a: &a0 [x]\n" + "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.fixture
def read(tmp_path):
    def read(content):
        path = tmp_path / "file.yml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_yaml(path)

    return read


def test_a_file_is_read_with_its_aliases_and_merges(read):
    content = read("day: &day {rps: 1}\nact: {<<: *day, stages: [*day, *day]}\n")
    assert content["act"] == {"rps": 1, "stages": [{"rps": 1}, {"rps": 1}]}
    assert read("") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "expected YAML: "),
        ("a: [", "expected YAML: "),
        ("a: 1\n---\nb: 2", "expected YAML: "),
        ("[" * 20_000, "expected YAML: "),
        ("at: 2001-99-99", "expected YAML: month must be in 1..12"),
        ("n: " + "1" * 5_000, "expected YAML: "),
        ("t: !!timestamp x", "expected YAML: "),
        ('n: !!int ""', "expected YAML: "),
        ("b: !!bool x", "expected YAML: "),
        ("? [a]\n: 1", "expected YAML: "),
        (BOMB, "expected at most 262144 characters, aliases written out"),
        ("a: &a [*a]", "expected at most 262144 characters, aliases written out"),
        ("a: &a {b: *a}", "expected at most 262144 characters, aliases written out"),
        (f"a: &a {'x' * 30_000}\nb: [{', '.join(['*a'] * 5_000)}]", "aliases written out"),
        ("#" * (LARGEST_BYTES + 1), "expected at most 65536 bytes"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 60 else "content",
)
def test_what_is_not_taken_is_one_short_line(read, content, message):
    with pytest.raises(YamlFileError, match=message) as caught:
        read(content)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < LONGEST_TOLD + 50


@pytest.mark.parametrize("name", [".", "loop", "a\0b", "file/x"])
def test_what_cannot_be_read_is_said_so(tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    with pytest.raises(YamlFileError, match="expected "):
        read_yaml(tmp_path / name)


def test_a_file_that_is_not_there_is_another_matter(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / "nowhere.yml")


def test_what_is_told_is_one_line():
    assert told("a\n  b\u202ec") == "a b c"
    assert told("x" * 1_000) == "x" * LONGEST_TOLD + "…"
