"""The names that ORMs, databases and annotations have for the types of columns.

What lives here: a name → one of the words of `Column.type`. What must not: how a column is written.
"""

from backwright_workbench.codebase.facts import syntax as s

WORDS = {
    "string": "string unicode varchar nvarchar char nchar str charfield slugfield emailfield urlfield emailtype "
    "urltype genericipaddressfield filepathfield filefield imagefield stringfield fixedcharfield constr emailstr "
    "anyurl citext ipfield inet autostring uuidtext character ipaddressfield httpurl",
    "text": "text unicodetext textfield longtext mediumtext tinytext clob",
    "integer": "integer int biginteger smallinteger bigint smallint tinyint integerfield bigintegerfield intfield "
    "smallintegerfield positiveintegerfield positivesmallintegerfield positivebigintegerfield autofield bigautofield "
    "smallautofield bigintfield smallintfield identityfield primarykeyfield longfield serial bigserial mediumint",
    "boolean": "boolean bool booleanfield nullbooleanfield",
    "datetime": "datetime timestamp datetimefield timestamptz timestampfield awaredatetime naivedatetime datetimetz",
    "date": "date datefield",
    "float": "float real double double_precision floatfield doublefield",
    "decimal": "numeric decimal decimalfield money condecimal",
    "uuid": "uuid guid uuidfield uuidtype uuid4 uniqueidentifier uuid1 uuid7",
    "json": "json jsonb jsonfield jsontype dict dictfield",
    "binary": "largebinary blob bytea binary varbinary bytes binaryfield blobfield",
    "enum": "enum enumfield charenumfield intenumfield choicetype enumtype",
}
TYPES = {name: word for word, names in WORDS.items() for name in names.split()}


def word(name: str) -> str:
    """The word for the last part of a type's name; `other` for what nobody knows."""
    return TYPES.get(name.rpartition(".")[2].lower(), "other")


def annotated(node: s.Node | None) -> tuple[str, bool, bool]:
    """The word for an annotation, whether it may be empty, and whether it is a collection."""
    match node:
        case s.Literal(value=str(text)):
            return word(text), False, False
        case s.Literal():
            return "other", node.value is None, False
        case s.Operation(operator="|", operands=operands):
            found = [annotated(each) for each in operands]
            known = next((each[0] for each in found if each[0] != "other"), "other")
            return known, any(each[1] for each in found), any(each[2] for each in found)
        case s.Item(base=base, key=key):
            name = s.last_name(base)
            first = key.items[0] if isinstance(key, s.Group) and key.items else key
            if name in (
                "List",
                "list",
                "Set",
                "set",
                "Sequence",
                "Collection",
                "WriteOnlyMapped",
                "DynamicMapped",
            ):
                return "other", False, True
            kind, nullable, many = annotated(first)
            if name == "Union" and isinstance(key, s.Group):
                return annotated(s.Operation(key.line, key.end, key.column, "|", key.items))
            return kind, nullable or name == "Optional", many
        case s.Name() | s.Attribute():
            return word(s.last_name(node)), False, False
    return "other", False, False


def classes_in(node: s.Node | None) -> list[s.Expression]:
    """The names in an annotation that may be classes, innermost last; texts in it as they are."""
    if node is None:
        return []
    return [each for each in s.walk(node) if isinstance(each, s.Name | s.Attribute | s.Literal)]
