(declarations (signature [name: (_) @name names: (_) @name]) @definition.declaration)
(declarations (function [name: (_) @name (_ operator: (_) @name) parens: (_ (_ operator: (_) @name))]) @definition.function)
(declarations (bind [name: (_) @name pattern: (_) @name]) @definition.function)
(declarations (foreign_import signature: (_ name: (_) @name)) @definition.function)
(declarations (pattern_synonym (equation synonym: (constructor) @name)) @definition.function)
(declarations (pattern_synonym (equation synonym: (_ . (constructor) @name))) @definition.function)
(declarations (pattern_synonym (signature synonym: (_) @name)) @definition.declaration)

(class name: (_) @name declarations: (_)? @body) @definition.class
(instance name: (_) @name declarations: (_)? @body) @definition.instance
(class_declarations (signature name: (_) @name) @definition.declaration)
(class_declarations (function [name: (_) @name (_ operator: (_) @name)]) @definition.method)
(class_declarations (bind name: (_) @name) @definition.method)
(instance_declarations (function [name: (_) @name (_ operator: (_) @name)]) @definition.method)
(instance_declarations (bind name: (_) @name) @definition.method)

(data_type name: (_) @name) @definition.type
(newtype name: (_) @name) @definition.type
(type_synonym name: (_) @name) @definition.type
(type_family name: (_) @name) @definition.type
(data_family name: (_) @name) @definition.type
(declarations (type_instance name: (_) @name) @definition.instance)

(header module: (module) @scope @member.module)
(data_constructor (_ name: (_) @member.constructor))
(newtype_constructor name: (_) @member.constructor)
(gadt_constructor name: (_) @member.constructor)
(field_name (variable) @member.field)
(instance_declarations (type_instance name: (_) @member.type) @span)
(declarations (_ pattern: (_ "(" element: (variable) @member.function)))
