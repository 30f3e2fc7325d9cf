; GoogleTest's `TEST_F(Fixture, name) {`, Boost's `BOOST_AUTO_TEST_CASE(name) {`,
; Google Benchmark's `BENCHMARK_F(Fixture, name)(State& state) {`
((function_definition !type declarator: [
   (_ . declarator: (identifier) @_test parameters: (_ . (_ type: (_) @owner) . (_ type: (_) @name)))
   (_ . declarator: (identifier) @_boost parameters: (_ . (_ type: (type_identifier) @name !declarator)))
   (_ . declarator: (_ . declarator: (identifier) parameters: (_ . (_ type: (_) @owner) . (_ type: (_) @name))) parameters: (_))
 ]) @definition.test
  (#match? @_test "^(TYPED_)?TEST(_F|_P)?$")
  (#match? @_boost "^BOOST_.*TEST_CASE$"))
; `PHP_METHOD(Class, name) {`
((function_definition !type declarator: (_ . declarator: (identifier) @_macro
   parameters: (_ . (_ type: (type_identifier) @owner !declarator) . (_ type: (type_identifier) @name !declarator) .)))
  @definition.function
  (#match? @_macro "^[A-Z][A-Z0-9_]*_METHOD$"))
; `MATCHER_P(name, value, "…") {`, `NAN_METHOD(Class::name) {`
((function_definition !type declarator: (_ . declarator: (identifier) @_macro
   parameters: (_ . (_ type: [(type_identifier) (qualified_identifier)] @qualified !declarator)))) @definition.function
  (#match? @_macro "^[A-Z][A-Z0-9]*_[A-Z0-9_]+$"))
; `TEST_CASE("what it shows") {`
((expression_statement (_ . function: (identifier) @_macro
   arguments: (argument_list (string_literal) @name))) @definition.test . (compound_statement) @body
  (#any-of? @_macro "TEST_CASE" "SCENARIO" "TEST_CASE_METHOD" "TEMPLATE_TEST_CASE"))
; `API type name(…) {`: the grammar takes the type for the name
(function_definition declarator: (_ . declarator: (identifier) (ERROR (identifier) @name))) @definition.function
; `TEST_IMPL(name) {`: functions whose head is a macro, but for loops, which the hook takes away
((expression_statement (_ . function: (_) arguments: (argument_list . (identifier) @name))) @definition.function . (compound_statement) @body)

; a function that returns a pointer or reference to a function or an array
(function_definition declarator: [
  (_ . declarator: (_ . "(" (_ (_ . declarator: (_) @qualified parameters: (_)))))
  (_ . "*" declarator: (_ . declarator: (_ . "(" (_ (_ . declarator: (_) @qualified parameters: (_))))))
]) @definition.function
(function_definition
  declarator: [
    (_ . declarator: (_) @qualified parameters: (_))
    (_ . "*" declarator: (_ . declarator: (_) @qualified parameters: (_)))
    (_ . "*" declarator: (_ . "*" declarator: (_ . declarator: (_) @qualified parameters: (_))))
    (_ . "*" declarator: (reference_declarator (_ . declarator: (_) @qualified parameters: (_))))
    (reference_declarator (_ . declarator: (_) @qualified parameters: (_)))
    (operator_cast) @qualified
    (parenthesized_declarator (identifier) @qualified)
    (qualified_identifier) @qualified
  ]) @definition.function
(template_declaration parameters: (template_parameter_list) @prefix)
(template_declaration (requires_clause) @prefix)

(class_specifier name: [(type_identifier) @name (_ name: (type_identifier) @name arguments: (_)) (qualified_identifier) @qualified] body: (_)) @definition.class
(struct_specifier name: [(type_identifier) @name (_ name: (type_identifier) @name arguments: (_)) (qualified_identifier) @qualified] body: (_)) @definition.struct
(union_specifier name: [(type_identifier) @name (_ name: (type_identifier) @name arguments: (_)) (qualified_identifier) @qualified] body: (_)) @definition.union
((enum_specifier name: [(type_identifier) @name (qualified_identifier) @qualified] body: (_) @_body) @definition.enum
  (#not-eq? @name ""))
; `class API Foo : public Base { … }` parses as a function named Foo
((function_definition type: (_ "class" !body) declarator: (_) @name) @definition.class (#match? @name "^[\\w$]*$"))
((function_definition type: (_ "struct" !body) declarator: (_) @name) @definition.struct (#match? @name "^[\\w$]*$"))

(namespace_definition name: (_) @name body: (_)) @definition.namespace
(concept_definition name: (identifier) @name) @definition.concept
(alias_declaration name: (type_identifier) @name) @definition.type
(type_definition declarator: [
  (primitive_type) @name
  (type_identifier) @name
  (_ declarator: (type_identifier) @name)
  (_ . declarator: (parenthesized_declarator [(type_identifier) @name (_ . "*" declarator: (type_identifier) @name)]) parameters: (_))
  (reference_declarator [
    (type_identifier) @name
    (_ . declarator: (parenthesized_declarator (_ . "*" declarator: (type_identifier) @name)) parameters: (_))
  ])
]) @definition.type

(preproc_function_def name: (identifier) @name) @definition.macro
(preproc_def name: (identifier) @member.macro) @span
(enumerator name: (identifier) @member.enumerator) @end
(field_declaration declarator: [
  (field_identifier) @member.field
  (_ . declarator: (field_identifier) @member.field "[")
  (_ . "*" declarator: [(field_identifier) @member.field (_ . declarator: (field_identifier) @member.field "[")])
] . "="? . default_value: (_)? @end)
[
  (pointer_declarator (_ . "*" declarator: [
    (field_identifier) @member.field
    (_ . declarator: (field_identifier) @member.field "[")
  ]))
  (parenthesized_declarator (_ . "*" declarator: [
    (field_identifier) @member.field
    (_ . declarator: (field_identifier) @member.field "[")
  ]))
  (reference_declarator (field_identifier) @member.field)
  (array_declarator (_ . declarator: (field_identifier) @member.field "["))
]
; methods that are defined elsewhere
(field_declaration declarator: [
  (_ . declarator: [(field_identifier) @member.declaration (operator_name) @member.declaration] parameters: (_))
  (_ (_ . declarator: [(field_identifier) @member.declaration (operator_name) @member.declaration] parameters: (_)))
])
((field_declaration_list (_ !body declarator:
   (_ . declarator: [(identifier) @member.declaration (destructor_name) @member.declaration] parameters: (_)) ";"))
  ; a macro (`DECLARE_EVENT(FOnUse);`)
  (#not-match? @member.declaration "^[A-Z][A-Z0-9]+_([A-Z0-9]+_|[A-Z0-9_]+$)"))
(friend_declaration (_ declarator:
  (init_declarator declarator: (_ . declarator: (operator_name) @member.declaration parameters: (_)))))

; prototypes
[
  (translation_unit (declaration declarator: [
    (_ . declarator: [
      (identifier) @name
      (operator_name) @name
      (_ . "(" (_ (_ . declarator: (identifier) @name parameters: (_))))
    ] parameters: (_))
    (_ (_ . declarator: [(identifier) @name (operator_name) @name] parameters: (_)))
  ]) @definition.declaration)
  (declaration_list (declaration declarator: [
    (_ . declarator: [
      (identifier) @name
      (operator_name) @name
      (_ . "(" (_ (_ . declarator: (identifier) @name parameters: (_))))
    ] parameters: (_))
    (_ (_ . declarator: [(identifier) @name (operator_name) @name] parameters: (_)))
  ]) @definition.declaration)
  (linkage_specification (declaration declarator: [
    (_ . declarator: [
      (identifier) @name
      (operator_name) @name
      (_ . "(" (_ (_ . declarator: (identifier) @name parameters: (_))))
    ] parameters: (_))
    (_ (_ . declarator: [(identifier) @name (operator_name) @name] parameters: (_)))
  ]) @definition.declaration)
]
(template_declaration (declaration declarator: [
  (_ . declarator: [(identifier) @name (field_identifier) @name (operator_name) @name] parameters: (_))
  (_ (_ . declarator: [(identifier) @name (field_identifier) @name (operator_name) @name] parameters: (_)))
]) @definition.declaration)

; variables and constants outside of functions and classes; prototypes fit too, which are units themselves
([
  (translation_unit (declaration . (_) @_first declarator: [
    (_ [
      declarator: (identifier) @member.variable
      declarator: (reference_declarator (identifier) @member.variable)
      declarator: (_ declarator: [(identifier) @member.variable (_ declarator: (identifier) @member.variable)])
      declarator: (_ name: [(identifier) @member.variable (_ name: (identifier) @member.variable)])
      name: (identifier) @member.variable
      name: (_ name: (identifier) @member.variable)
      ; pointers to functions, and arrays of them
      declarator: (_ . "(" (_ . "*" declarator: [
        (identifier) @member.variable
        (_ . declarator: (identifier) @member.variable "[")
      ]))
      declarator: (_ . declarator: (_ . "(" (_ . "*" declarator: [
        (identifier) @member.variable
        (_ . declarator: (identifier) @member.variable "[")
      ])))
    ])
    (_) @member.variable
  ] @end))
  (declaration_list (declaration . (_) @_first declarator: [
    (_ [
      declarator: (identifier) @member.variable
      declarator: (reference_declarator (identifier) @member.variable)
      declarator: (_ declarator: [(identifier) @member.variable (_ declarator: (identifier) @member.variable)])
      declarator: (_ name: [(identifier) @member.variable (_ name: (identifier) @member.variable)])
      name: (identifier) @member.variable
      name: (_ name: (identifier) @member.variable)
      ; pointers to functions, and arrays of them
      declarator: (_ . "(" (_ . "*" declarator: [
        (identifier) @member.variable
        (_ . declarator: (identifier) @member.variable "[")
      ]))
      declarator: (_ . declarator: (_ . "(" (_ . "*" declarator: [
        (identifier) @member.variable
        (_ . declarator: (identifier) @member.variable "[")
      ])))
    ])
    (_) @member.variable
  ] @end))
] (#not-eq? @_first "extern") (#match? @member.variable "^[\\w$]*$"))
(template_declaration (_ !body declarator: (init_declarator declarator: [
  (identifier) @member.variable
  (_ name: (identifier) @member.variable)
]) @end))
