; Names of functions and types are their heads as they stand; the hook takes the name out of them.

; A docstring is the string right before a definition; macros (`@inline`, `@kwdef`) may stand between.
([(string_literal) @prefix @doc (prefixed_string_literal (content) @doc) @prefix] . [
  (function_definition) (macro_definition) (struct_definition) (abstract_definition) (primitive_definition)
  (module_definition) (macrocall_expression)
  (assignment . [(call_expression) (where_expression) (_ . (call_expression) "::") (binary_expression)])])
(macrocall_expression (macro_identifier) @prefix (macro_argument_list . (_)? @prefix . [
  (function_definition) (struct_definition) (assignment) (macrocall_expression)] .))

(function_definition (signature [
  (identifier) (operator) (field_expression) (call_expression) (where_expression) (typed_expression)] @name)
  . (_)? @body) @definition.function
(macro_definition (signature (_) @name) . (_)? @body) @definition.macro
(assignment . [
  (call_expression) @name
  (_ . [(call_expression) (where_expression) (_ . (call_expression) "::")] "where") @name
  (_ . (call_expression) "::") @name
  (_ . (_) . (operator) @name)] . (operator) . (_) @body) @definition.function
(source_file
  (assignment . (identifier) @name . (operator) . [(arrow_function_expression) (function_definition)]) @definition.function)
(module_definition
  (assignment . (identifier) @name . (operator) . [(arrow_function_expression) (function_definition)]) @definition.function)
(const_statement
  (_ . (identifier) @name . (operator) . [(arrow_function_expression) (function_definition)])) @definition.function

(struct_definition (type_head) @name . (_)? @body) @definition.struct
(abstract_definition (type_head) @name) @definition.type
(primitive_definition (type_head) @name) @definition.type
(module_definition name: (identifier) @name . (_)? @body) @definition.module
((_ (macro_identifier (identifier) @_macro)
  [(macro_argument_list . [(identifier) (typed_expression)] @name) (_ "(" . [(identifier) (typed_expression)] @name)])
 @definition.enum (#any-of? @_macro "enum" "enumx"))
((_ (macro_identifier (identifier) @_macro)
  (macro_argument_list (string_literal) @name [(compound_statement) (for_statement) (let_statement)] @body .))
 @definition.test (#any-of? @_macro "testset" "testitem" "testmodule" "testsnippet"))

(struct_definition [
  (identifier) @member.field
  (_ . (identifier) @member.field "::")
  (_ . [(identifier) @member.field (_ . (identifier) @member.field "::")] . (operator))
  (_ (macro_argument_list . (_ . (identifier) @member.field "::")))])
(const_statement (_ . [
  (identifier) @member.constant
  (_ . (identifier) @member.constant "::")
  (parametrized_type_expression . (identifier) @member.constant)
  (open_tuple (identifier) @member.constant)
  (tuple_expression (identifier) @member.constant)] . (operator))) @span
((_ (macro_identifier (identifier) @_macro) [
  (macro_argument_list . (_) [
    (identifier) @member.enumerator
    (_ . (identifier) @member.enumerator . (operator))
    (assignment [  ; in `a=1 b`, which is a product to the grammar
      (juxtaposition_expression (identifier) @member.enumerator .)
      (_ . (operator) (juxtaposition_expression (identifier) @member.enumerator .))] .)
    (_ "begin" [(identifier) @member.enumerator (_ . (identifier) @member.enumerator . (operator))])])
  (_ "(" . (_) [(identifier) @member.enumerator (_ . (identifier) @member.enumerator . (operator))])])
 (#any-of? @_macro "enum" "enumx"))
