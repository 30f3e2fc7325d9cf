"""Ruby: endless methods that are command calls, heredocs, and names that calls define."""

import pytest

from codesearch.chunking.hooks import ruby
from tests.support.outlines import definitions, members, outline


@pytest.mark.parametrize(
    "method",
    [
        'def open = puts "x"',
        'def open(x) = raise Closed, "no"',
        "def self.open = new :a, 1",
        "def open = mail to: user.email, subject: 1",
        "def open(a = {}, *b, &c) = @cache ||= load a",
        "def open = items.map(&:x).join ', '",
        "def open = $stderr.puts x unless quiet?",
        'def open = match /"/',
        "private def open = super x",
        'def open = raise Closed,\n    "no", [\n      1\n    ]',
        "def open = puts 1 # a comment (",
        "def open = execute <<~SQL, binds\n    def text\n    end\n  SQL",
        "def open = fetch a,\n    <<~ONE,\n      def text\n    ONE\n    <<~TWO\n      class Text\n    TWO",
    ],
)
def test_endless_methods_may_be_command_calls(method: str) -> None:
    text = f"class Gate\n  {method}\n\n  def shut(x)\n    x + 1\n  end\nend\n"
    length = method.count("\n")
    assert definitions("Ruby", text) == {
        "Gate": ("class", 1, 7 + length),
        "Gate.open": ("method", 2, 2 + length),
        "Gate.shut": ("method", 4 + length, 6 + length),
    }


@pytest.mark.parametrize("name", ["value=", "==", "[]", "<=>", "!~", "+", "-@", "ok?", "go!"])
def test_setters_and_operators_may_be_endless(name: str) -> None:
    text = f"class A\n  def {name}(x) = compare x, 1\n  def last; end\nend\n"
    assert set(definitions("Ruby", text)) == {"A", f"A.{name}", "A.last"}


@pytest.mark.parametrize(
    "line", ["def a = b(1)", "def a = b ? c : d", "def a = b && c", "def a = b << C", "def a = b - c", "def a= b"]
)
def test_other_methods_are_left_as_they_are(line: str) -> None:
    assert ruby.prepare(line) == line


def test_text_in_heredocs_defines_nothing() -> None:
    text = (
        "class Mailer\n"
        "  def greet(name)\n"
        "    deliver(<<~SUBJECT.strip, body: <<-'BODY', css: <<CSS)\n"
        "      def subject\n"
        "    SUBJECT\n"
        "      class Body\n"
        "    BODY\n"
        "def css\n"
        "CSS\n"
        "  end\n"
        "\n"
        "  def default(text = <<~TEXT)\n"
        "    def text\n"
        "    TEXT\n"
        "    text\n"
        "  end\n"
        "\n"
        "  def bye(name); end\n"
        "end\n"
        "__END__\n"
        "def data; end\n"
    )
    assert definitions("Ruby", text) == {
        "Mailer": ("class", 1, 19),
        "Mailer.greet": ("method", 2, 10),
        "Mailer.default": ("method", 12, 16),
        "Mailer.bye": ("method", 18, 18),
    }


def test_heredocs_may_begin_in_heredocs() -> None:
    inner = "    #{users.map { |user| <<~INNER }.join}\n      def inner\n    INNER\n"
    text = f"def body(users)\n  mail(<<~OUTER)\n{inner}    def outer\n  OUTER\nend\n\ndef after; end\n"
    assert definitions("Ruby", text) == {"body": ("function", 1, 8), "after": ("function", 10, 10)}


def test_types_are_joined_by_colons_and_methods_by_a_dot() -> None:
    text = "module Shop\n  class Gate\n    class << self\n      def open; end\n    end\n  end\nend\n"
    assert set(definitions("Ruby", text)) == {"Shop", "Shop::Gate", "Shop::Gate.open"}


def test_members_of_a_singleton_class_are_of_the_class_around_it() -> None:
    text = "class Gate\n  class << self\n    attr_accessor :count\n  end\nend\n"
    gate, singleton = outline("Ruby", text).units
    assert [member.name for member in gate.members] == ["count"] and not singleton.members


def test_classes_made_by_calls() -> None:
    text = (
        "Point = Struct.new(:x, :y) do\n  def norm = 1\nend\n"
        "Pair = Data.define(:left)\nOops = Class.new(StandardError)\n"
    )
    assert definitions("Ruby", text) == {
        "Point": ("class", 1, 3),
        "Point.norm": ("method", 2, 2),
        "Pair": ("class", 4, 4),
        "Oops": ("class", 5, 5),
    }
    assert members("Ruby", text) == {"x", "y", "left"}


def test_names_that_calls_define_are_members() -> None:
    text = (
        "class A\n"
        "  LIMIT = 3\n"
        "  LEFT, RIGHT = 1, 2\n"
        "  LATE ||= 4\n"
        "  attr_accessor :one, :two\n"
        "  private attr_reader :three\n"
        "  delegate :four, to: :other\n"
        "  def_delegators :@list, :five\n"
        "  alias six seven\n"
        "  alias_method :eight, :nine\n"
        "  scope :ten, -> { all }\n"
        "end\n"
    )
    assert members("Ruby", text) == {
        *("LIMIT", "LEFT", "RIGHT", "LATE", "one", "two", "three", "four", "five", "six", "eight", "ten")
    }


def test_calls_of_another_receiver_define_nothing() -> None:
    text = (
        "class A\n"
        "  other.define_method(:one) { 1 }\n"
        "  other.attr_accessor :two\n"
        "  other.def_delegators :@list, :three\n"
        "  other.scope :four, -> { all }\n"
        "end\n"
        'suite.it("adds") { 5 }\n'
        "app.task :build do\nend\n"
        'RSpec.describe("A") do\nend\n'
    )
    assert [unit.name for unit in outline("Ruby", text).units] == ["A", "A"] and members("Ruby", text) == set()


def test_a_comment_after_a_head_is_not_of_the_signature() -> None:
    (unit, _) = outline("Ruby", "module Shop\n  # A gate.\n  class Gate; end\nend\n").units
    assert (unit.signature, unit.header_end) == ("module Shop", 1)


def test_tasks_are_targets() -> None:
    text = "namespace :db do\n  task migrate: :environment do\n  end\n  task :seed, [:a] => :b do\n  end\nend\n"
    assert definitions("Ruby", text) == {
        "db": ("suite", 1, 6),
        "db.migrate": ("target", 2, 3),
        "db.seed": ("target", 4, 5),
    }


def test_modules_and_classes_that_are_created_by_calls() -> None:
    text = "A = Module.new do\n  def b = 1\nend\nC ||= Class.new(D) { def e = 1 }\nF = Module.new\n"
    assert definitions("Ruby", text) == {
        "A": ("module", 1, 3),
        "A.b": ("method", 2, 2),
        "C": ("class", 4, 4),
        "C.e": ("method", 4, 4),
        "F": ("module", 5, 5),
    }
