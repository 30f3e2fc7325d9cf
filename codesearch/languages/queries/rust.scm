(function_item name: (_) @name) @definition.function
(function_signature_item name: (_) @name) @definition.function
(struct_item name: (type_identifier) @name) @definition.struct
(enum_item name: (type_identifier) @name) @definition.enum
(union_item name: (type_identifier) @name) @definition.union
(trait_item name: (type_identifier) @name) @definition.trait
(impl_item type: [
  (reference_type type: (_) @qualified)
  (pointer_type type: (_) @qualified)
  (dynamic_type trait: (_) @qualified)
  (bounded_type . (dynamic_type trait: (_) @qualified))
]) @definition.impl
(impl_item type: (_) @qualified) @definition.impl
(type_item name: (type_identifier) @name) @definition.type
(mod_item name: (identifier) @name body: (_)) @definition.module
(macro_definition name: (identifier) @name) @definition.macro
(foreign_mod_item) @definition.namespace
(attribute_item) @prefix

(mod_item name: (identifier) @member.module !body)
(enum_variant name: (identifier) @member.enumerator) @span
((const_item name: (identifier) @member.constant) @span (#not-eq? @member.constant "_"))
(static_item name: (identifier) @member.variable) @span
(associated_type name: (type_identifier) @member.type) @span
(struct_item body: (field_declaration_list (field_declaration name: (field_identifier) @member.field) @span))
(union_item body: (field_declaration_list (field_declaration name: (field_identifier) @member.field) @span))

; items in a macro's call
(source_file (macro_invocation (token_tree) @macro))
(source_file (expression_statement (macro_invocation (token_tree) @macro)))
(declaration_list (macro_invocation (token_tree) @macro))
; … and in those that a function may contain, too
(block [
   (macro_invocation macro: (_) @_macro (token_tree) @macro)
   (expression_statement (macro_invocation macro: (_) @_macro (token_tree) @macro))
 ] (#match? @_macro "^(\\w+::)?(thread_local|lazy_static|cfg_if)$"))
; … where a constant has no type: `const READ = 1;` in `bitflags!`
(source_file (ERROR ["const" "static"] . (identifier) @member.constant .))
