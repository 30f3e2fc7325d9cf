((decorated_definition (decorator (_) @_decorator) definition: (function_definition name: (identifier) @name) @definition.overload)
  (#match? @_decorator "^(\\w+\\.)?overload$"))
(function_definition name: (identifier) @name) @definition.function
(class_definition name: (identifier) @name) @definition.class
(type_alias_statement left: (type [(identifier) @name (generic_type (identifier) @name)])) @definition.type
((module (_ . (assignment left: (identifier) @name [
   type: (type) @_maker
   right: (call function: (_) @_maker)
 ]) @definition.type))
  (#match? @_maker "^(\\w+\\.)?(TypeAlias|NewType|namedtuple|NamedTuple|TypedDict|(Int|Str)?Enum|(Int)?Flag|make_dataclass)$"))
(expression_statement (assignment left: (identifier) @name right: (lambda)) @definition.function)

(decorator) @prefix

(function_definition body: (block . (expression_statement (string) @doc)))
(class_definition body: (block . (expression_statement (string) @doc)))
(module . (comment)* . (expression_statement (string) @doc))

; variables of a module, in its conditions too; a fallback to None for what can't be imported defines nothing
(module (_ . (assignment left: [(identifier) (pattern_list) (tuple_pattern) (list_pattern)] @pattern.variable) @span))
(module (_ . (assignment right: (assignment left: (identifier) @member.variable) @span)))
((module (if_statement condition: (_) @_condition
   consequence: (_ (_ . (assignment left: (identifier) @member.variable) @span))))
  (#not-match? @_condition "__name__"))
(module (if_statement (else_clause
  (block (_ . (assignment left: (identifier) @member.variable) @span)))))
(module (try_statement (block (_ . (assignment left: (identifier) @member.variable) @span))))
((module (try_statement (except_clause
   (block (_ . (assignment left: (identifier) @member.variable right: (_) @_value) @span)))))
  (#not-eq? @_value "None"))

(class_definition body: (_ (_
  . (assignment left: [(identifier) (pattern_list) (tuple_pattern) (list_pattern)] @pattern.field) @span)))
