"""What is written into the copy of a package, so that its tests leave dumps."""

from __future__ import annotations

from pathlib import Path

from goleaklint.confirm.harness import FILE, install

PLAIN = 'package pool\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\n'


def test_a_package_without_a_test_main(tmp_path: Path) -> None:
    """Gets one; no line of its own files changes."""
    (tmp_path / "a_test.go").write_text(PLAIN)
    install(tmp_path, "pool", ["a_test.go"])
    written = (tmp_path / FILE).read_text()
    assert (tmp_path / "a_test.go").read_text() == PLAIN
    assert written.startswith("package pool\n")
    assert written.endswith(
        "\nfunc TestMain(m *goleaklintTesting.M) {\n\tgoleaklintOs.Exit(goleaklintRun(m))\n}\n",
    )


def test_a_test_main_of_its_own(tmp_path: Path) -> None:
    """Every m.Run() of it is watched, whatever is written around it; what only looks like one is left alone."""
    (tmp_path / "a_test.go").write_text(PLAIN)
    (tmp_path / "main_test.go").write_text(
        "package pool_test\n\n"
        'import "testing"\n\n'
        "func TestMain(tests *testing.M) {\n"
        '\tdefer teardown("tests.Run()") // tests.Run()\n'
        "\tif fast() {\n"
        "\t\tos.Exit(tests.Run())\n"
        "\t}\n"
        "\tcode := tests.Run() + other.Run()\n"
        "\tos.Exit(code)\n"
        "}\n"
    )
    install(tmp_path, "pool", ["a_test.go", "main_test.go"])
    written = (tmp_path / FILE).read_text()
    assert (tmp_path / "main_test.go").read_text() == (
        "package pool_test\n\n"
        'import "testing"\n\n'
        "func TestMain(tests *testing.M) {\n"
        '\tdefer teardown("tests.Run()") // tests.Run()\n'
        "\tif fast() {\n"
        "\t\tos.Exit(goleaklintRun(tests))\n"
        "\t}\n"
        "\tcode := goleaklintRun(tests) + other.Run()\n"
        "\tos.Exit(code)\n"
        "}\n"
    )
    assert written.startswith("package pool_test\n")
    assert "func TestMain" not in written


def test_a_method_of_that_name(tmp_path: Path) -> None:
    """Is no TestMain: the package gets one."""
    text = PLAIN + "\nfunc (s suite) TestMain(m *testing.M) { m.Run() }\n"
    (tmp_path / "a_test.go").write_text(text)
    install(tmp_path, "pool", ["a_test.go"])
    assert (tmp_path / "a_test.go").read_text() == text
    assert "func TestMain" in (tmp_path / FILE).read_text()
