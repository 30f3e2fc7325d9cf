; GoogleTest
((function_definition !type declarator: (function_declarator declarator: (identifier) @_macro
   parameters: (parameter_list . (parameter_declaration type: (_) @owner) . (parameter_declaration type: (_) @name)))) @definition.test
  (#match? @_macro "^(TYPED_)?TEST(_F|_P)?$"))
; `API type name(…) {`: the grammar takes the type for the name
(function_definition declarator: (function_declarator declarator: (identifier) (ERROR (identifier) @name))) @definition.function
; `TEST_IMPL(name) {`: a function whose head is a macro
(function_definition type: (type_identifier) declarator: (parenthesized_declarator (identifier) @name)) @definition.function
((expression_statement (call_expression arguments: (argument_list . (identifier) @name))) @definition.function . (compound_statement) @body)

(function_definition
  declarator: [
    (function_declarator declarator: (_) @qualified)
    (pointer_declarator declarator: (function_declarator declarator: (_) @qualified))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @qualified)))
    (reference_declarator (function_declarator declarator: (_) @qualified))
    (operator_cast) @qualified
  ]) @definition.function
(template_declaration parameters: (template_parameter_list) @prefix)

(class_specifier name: (_) @qualified body: (_)) @definition.class
(struct_specifier name: (_) @qualified body: (_)) @definition.struct
(union_specifier name: (_) @qualified body: (_)) @definition.union
(enum_specifier name: (_) @qualified body: (_)) @definition.enum
; `class API Foo : public Base { … }` parses as a function named Foo
(function_definition type: (class_specifier !body) declarator: (identifier) @name) @definition.class
(function_definition type: (struct_specifier !body) declarator: (identifier) @name) @definition.struct

(namespace_definition name: (_) @name body: (_)) @definition.namespace
(concept_definition name: (identifier) @name) @definition.concept
(alias_declaration name: (type_identifier) @name) @definition.type
(type_definition declarator: (type_identifier) @name) @definition.type
(type_definition declarator: (pointer_declarator declarator: (type_identifier) @name)) @definition.type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @definition.type

(preproc_function_def name: (identifier) @name) @definition.macro
(preproc_def name: (identifier) @member.macro value: (_))
(enumerator name: (identifier) @member.enumerator)

(translation_unit (declaration declarator: (function_declarator declarator: (identifier) @name)) @definition.declaration)
(declaration_list (declaration declarator: (function_declarator declarator: (identifier) @name)) @definition.declaration)
