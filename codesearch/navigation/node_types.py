"""What the nodes of syntax trees mean for a name in them, by their types and fields, in all grammars.

Grammars call the same things by similar names, so that a pattern covers most of them.
"""

from __future__ import annotations

import re

LITERAL = re.compile(
    r"comment|string(?!_expression)|str_text|str_part|char|heredoc|regex|text$|content|fragment|^raw|^inline$|haddock"
)
"""A leaf of such a type is no name."""
NO_IMPORT = re.compile(r"(^|_)block$|^variable_declarator$|^(compound|expression)_statement$")
"""What is below such a node is not imported by what is above it."""
IMPORT_PART = re.compile(
    r"^import_(specifier|clause|spec|spec_list|name|list|path|alias)$|^(named_imports|namespace_import)$"
    r"|^export_(clause|specifier)$"
)
"""A part of an import, whose statement is further up."""
RAW_CODE = frozenset(("preproc_arg", "shell_text"))
"""Leaves that are code which the grammar does not parse: the bodies of C's macros, the recipes of makefiles."""
IMPORT = re.compile(
    r"^import|import(_from)?_statement$|^use_(declaration|statement)$|^namespace_use|^using_(directive|declaration|statement)$"
    r"|^export_(clause|specifier)$|^extern_crate|^include_(directive|statement)$"
)
CALL = re.compile(
    r"call(?!_signature|ing)|invoc|invok|creation_expression$|^new_expression$|^command$|^apply$|^instance_expression$"
    r"|^constructor_(invocation|expression)$|^infix(_expression)?$|^jsx_(opening|self_closing)_element$"
)
CALLEE_FIELDS = frozenset("function name method constructor macro target type subroutine command_name operator".split())

CALLEE = frozenset(("member_name",))
"""PowerShell's name of a method that is called."""

QUALIFIED = re.compile(
    r"^(nested_|scoped_(?!call)|qualified|stable_)\w*|^(member|field|selector|navigation|member_access|member_binding"
    r"|conditional_access|dot_index|method_index|instantiation|non_null|derived_type_member)_expression$|^navigation_suffix$|^attribute$"
    r"|^field_access$|^dot$|^(generic|template)_(function|name|type|method)$|^dependent_name$|^command_name$|^infix_id$"
    r"|^user_type$|^macro_identifier$|^member_name$"
)
"""Nodes that consist of a name and what qualifies it, such as its object or type arguments."""
QUALIFIED_BY_ORDER = frozenset(("navigation_expression", "derived_type_member_expression"))
"""Those whose parts have no fields: the last one is the name."""
QUALIFIER_FIELDS = frozenset(
    "object operand value argument expression scope path qualifier table receiver module package condition left prefix"
    " target arguments type_arguments".split()
)

BINDER = re.compile(
    r"parameter|^variable_declarator$|^let_(declaration|condition|binding)$|^short_var|^(var|const)_spec$|^assignment$"
    r"|^for_(in_clause|in_statement|statement|expression|range_loop|binding|generic_clause|numeric_clause)$"
    r"|^(enhanced_for|foreach)_statement$|^range_clause$|^catch|^as_pattern_target$|^named_expression$|^declaration$"
    r"|^init_declarator$|lambda|^arrow_function$|^property_declaration$|^variable_declaration$|^va[lr]_definition$"
    r"|^bind$|^patterns$|^payload$|^variable_assignment$|^match_(pattern|arm)$|^tuple_struct_pattern$|^inferred_parameters$|^function_expression$"
)
"""Nodes that give a name to a variable."""
BOUND_FIELDS = frozenset(
    "name pattern patterns left declarator parameter parameters alias bound_identifier item variable variables".split()
)
TYPE = re.compile(r"(^|_)type(_identifier)?$")
"""With BINDER: what says of which type a variable is, unless it is a parameter of a type."""
KEYWORDS = frozenset((b"else", b"return", b"throw", b"do"))
"""Where the grammar takes one of these for a type, what follows is no variable."""
VALUE_FIELDS = frozenset(
    "value right type body condition arguments argument function object default_value return_type operand index"
    " subscript superclass superclasses source initializer iterable collection bounds trait path scope operator".split()
)
"""What lies there is used, and not named."""
PATTERN = re.compile(
    r"pattern|_list$|declarator|tuple|splat|rest|^variable_name$|^variable_declaration$|parenthesized|^typed_"
    r"|^assignment_statement$|^dotted_name$"
)
"""Nodes around a name that is bound with others."""
ALIAS_FIELDS = frozenset(("alias",))
KEY_PARENT = re.compile(
    r"^(pair|pair_pattern|keyword_argument|keyed_element|literal_element|field_initializer|field_designator|field_pattern"
    r"|property_signature|jsx_attribute|value_argument_label|named_argument|labeled_statement|goto_statement"
    r"|field_declaration|element_value_pair|public_field_definition|method_signature|method_definition)$"
)
KEY_FIELDS = frozenset(("key", "name", "field", "label", None))
"""With KEY_PARENT: names of fields, arguments and labels where they are set."""
EXPRESSION_KEYS = frozenset(("identifier", "constant"))
"""In a pair, these are no names of fields but what Ruby's and Python's keys are computed from."""
MAP = re.compile(r"(map|array|slice)_type$")

DECLARATION = re.compile(r"^(abstract_)?(function|method)_(definition|declaration|signature|item|signature_item)$")
"""Nodes whose field `name` is that of a function."""
FUNCTION_SCOPE = re.compile(
    r"^(?!.*(?:parameters?|declarator|_list|_call|_type|_identifier|_statement|_name)$)"
    r".*(?:function|method|lambda|closure|arrow|constructor|^func|procedure|subroutine|comprehension|generator_expr)"
    r"|^subroutine_declaration_statement$|^function_statement$"
)
TEMPLATE_PARAMETERS = "template_parameter_list"
"""C++'s, which are known in the declaration around them."""
PROTOTYPE = re.compile(r"^function_declarator$|^function_signature")
"""Its parameters are known nowhere else, unless it is part of a function."""
BLOCK_SCOPE = re.compile(
    r"(^|_)block$|^compound_statement$|^catch|^for_|^enhanced_for|^foreach|^if_(statement|expression)$|^match_arm$|^case"
    r"|^let_in$|^while_expression$"
)
"""With FUNCTION_SCOPE: where a variable is known, in languages whose blocks have variables of their own."""
TYPE_SCOPE = re.compile(r"^(abstract_)?(class|struct|interface|enum|trait|impl|record|object|union)(_|$)")
