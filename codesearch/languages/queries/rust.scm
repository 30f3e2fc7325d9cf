(function_item name: (_) @name) @definition.function
(function_signature_item name: (_) @name) @definition.function
(struct_item name: (type_identifier) @name) @definition.struct
(enum_item name: (type_identifier) @name) @definition.enum
(union_item name: (type_identifier) @name) @definition.union
(trait_item name: (type_identifier) @name) @definition.trait
(impl_item type: (_) @qualified) @definition.impl
(type_item name: (type_identifier) @name) @definition.type
(mod_item name: (identifier) @name body: (_)) @definition.module
(macro_definition name: (identifier) @name) @definition.macro
(foreign_mod_item) @definition.namespace
(attribute_item) @prefix

(mod_item name: (identifier) @member.module !body)
(enum_variant name: (identifier) @member.enumerator) @span
(const_item name: (identifier) @member.constant) @span
(static_item name: (identifier) @member.variable) @span
