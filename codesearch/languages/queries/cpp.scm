; GoogleTest's `TEST_F(Fixture, name) {`, Google Benchmark's `BENCHMARK_F(Fixture, name)(State& state) {`
((function_definition !type declarator: (function_declarator declarator: (identifier) @_macro
   parameters: (parameter_list . (parameter_declaration type: (_) @owner) . (parameter_declaration type: (_) @name)))) @definition.test
  (#match? @_macro "^(TYPED_)?TEST(_F|_P)?$"))
(function_definition !type declarator: (function_declarator declarator: (function_declarator declarator: (identifier)
   parameters: (parameter_list . (parameter_declaration type: (_) @owner) . (parameter_declaration type: (_) @name))))) @definition.test
; `BOOST_AUTO_TEST_CASE(name) {`
((function_definition !type declarator: (function_declarator declarator: (identifier) @_macro
   parameters: (parameter_list . (parameter_declaration type: (type_identifier) @name !declarator)))) @definition.test
  (#match? @_macro "^BOOST_.*TEST_CASE$"))
; `MATCHER_P(name, value, "…") {`
((function_definition !type declarator: (function_declarator declarator: (identifier) @_macro
   parameters: (parameter_list . (parameter_declaration type: (type_identifier) @name !declarator)))) @definition.function
  (#match? @_macro "^[A-Z][A-Z0-9]*_[A-Z0-9_]+$"))
; `TEST_CASE("what it shows") {`
((expression_statement (call_expression function: (identifier) @_macro
   arguments: (argument_list (string_literal) @name))) @definition.test . (compound_statement) @body
  (#any-of? @_macro "TEST_CASE" "SCENARIO" "TEST_CASE_METHOD" "TEMPLATE_TEST_CASE"))
; `API type name(…) {`: the grammar takes the type for the name
(function_definition declarator: (function_declarator declarator: (identifier) (ERROR (identifier) @name))) @definition.function
; `TEST_IMPL(name) {`: functions whose head is a macro, but for loops, which the hook takes away
(function_definition type: (type_identifier) declarator: (parenthesized_declarator (identifier) @name)) @definition.function
((expression_statement (call_expression arguments: (argument_list . (identifier) @name))) @definition.function . (compound_statement) @body)

(function_definition
  declarator: [
    (function_declarator declarator: (_) @qualified)
    (pointer_declarator declarator: (function_declarator declarator: (_) @qualified))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @qualified)))
    (pointer_declarator declarator: (reference_declarator (function_declarator declarator: (_) @qualified)))
    (reference_declarator (function_declarator declarator: (_) @qualified))
    (operator_cast) @qualified
    (qualified_identifier) @qualified
  ]) @definition.function
(template_declaration parameters: (template_parameter_list) @prefix)
(template_declaration (requires_clause) @prefix)

(class_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name) (qualified_identifier) @qualified] body: (_)) @definition.class
(struct_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name) (qualified_identifier) @qualified] body: (_)) @definition.struct
(union_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name) (qualified_identifier) @qualified] body: (_)) @definition.union
((enum_specifier name: [(type_identifier) @name (qualified_identifier) @qualified] body: (_) @_body) @definition.enum
  (#not-eq? @name ""))
; `class API Foo : public Base { … }` parses as a function named Foo
(function_definition type: (class_specifier !body) declarator: (identifier) @name) @definition.class
(function_definition type: (struct_specifier !body) declarator: (identifier) @name) @definition.struct

(namespace_definition name: (_) @name body: (_)) @definition.namespace
(concept_definition name: (identifier) @name) @definition.concept
(alias_declaration name: (type_identifier) @name) @definition.type
(type_definition declarator: [
  (primitive_type) @name
  (type_identifier) @name
  (pointer_declarator declarator: (type_identifier) @name)
  (reference_declarator [
    (type_identifier) @name
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))
  ])
  (array_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: [(type_identifier) @name (parenthesized_declarator [(type_identifier) @name (pointer_declarator declarator: (type_identifier) @name)])])
]) @definition.type

(preproc_function_def name: (identifier) @name) @definition.macro
(preproc_def name: (identifier) @member.macro) @span
(enumerator name: (identifier) @member.enumerator)
[
  (field_declaration declarator: (field_identifier) @member.field)
  (pointer_declarator declarator: (field_identifier) @member.field)
  (reference_declarator (field_identifier) @member.field)
  (array_declarator declarator: (field_identifier) @member.field)
]
; methods that are defined elsewhere
(field_declaration declarator: [
  (function_declarator declarator: [(field_identifier) @member.declaration (operator_name) @member.declaration])
  (_ (function_declarator declarator: [(field_identifier) @member.declaration (operator_name) @member.declaration]))
])
(field_declaration_list (declaration declarator:
  (function_declarator declarator: [(identifier) @member.declaration (destructor_name) @member.declaration])))
(friend_declaration (declaration declarator:
  (init_declarator declarator: (function_declarator declarator: (operator_name) @member.declaration))))

; prototypes
[
  (translation_unit (declaration declarator: [
    (function_declarator declarator: [(identifier) @name (operator_name) @name])
    (_ (function_declarator declarator: [(identifier) @name (operator_name) @name]))
  ]) @definition.declaration)
  (declaration_list (declaration declarator: [
    (function_declarator declarator: [(identifier) @name (operator_name) @name])
    (_ (function_declarator declarator: [(identifier) @name (operator_name) @name]))
  ]) @definition.declaration)
  (linkage_specification (declaration declarator: [
    (function_declarator declarator: [(identifier) @name (operator_name) @name])
    (_ (function_declarator declarator: [(identifier) @name (operator_name) @name]))
  ]) @definition.declaration)
]
(template_declaration (declaration declarator: [
  (function_declarator declarator: [(identifier) @name (field_identifier) @name (operator_name) @name])
  (_ (function_declarator declarator: [(identifier) @name (field_identifier) @name (operator_name) @name]))
]) @definition.declaration)

; variables and constants outside of functions and classes; prototypes fit too, which are units themselves
([
  (translation_unit (declaration . (_) @_first declarator: [
    (identifier) @member.variable
    (_ declarator: [
      (identifier) @member.variable
      (reference_declarator (identifier) @member.variable)
      (_ declarator: [(identifier) @member.variable (_ declarator: (identifier) @member.variable)])
      (_ name: [(identifier) @member.variable (_ name: (identifier) @member.variable)])
    ])
    (_ name: [(identifier) @member.variable (_ name: (identifier) @member.variable)])
  ]))
  (declaration_list (declaration . (_) @_first declarator: [
    (identifier) @member.variable
    (_ declarator: [
      (identifier) @member.variable
      (reference_declarator (identifier) @member.variable)
      (_ declarator: [(identifier) @member.variable (_ declarator: (identifier) @member.variable)])
      (_ name: [(identifier) @member.variable (_ name: (identifier) @member.variable)])
    ])
    (_ name: [(identifier) @member.variable (_ name: (identifier) @member.variable)])
  ]))
] (#not-eq? @_first "extern"))
(template_declaration (declaration declarator: (init_declarator declarator: [
  (identifier) @member.variable
  (_ name: (identifier) @member.variable)
])))
