(declarations (signature [name: (_) @name names: (_) @name]) @definition.declaration)
(declarations (function [name: (_) @name (_ operator: (_) @name) parens: (_ (_ operator: (_) @name))]) @definition.function)
(declarations (bind name: (_) @name) @definition.function)
(declarations (foreign_import signature: (_ name: (_) @name)) @definition.function)
(declarations (pattern_synonym (equation synonym: (constructor) @name)) @definition.function)
(declarations (pattern_synonym (equation synonym: (_ . (constructor) @name))) @definition.function)
(declarations (pattern_synonym (equation synonym: (_ operator: (_) @name))) @definition.function)
(declarations (pattern_synonym (signature synonym: (_) @name)) @definition.declaration)

(class name: (_) @name declarations: (_)? @body) @definition.class
(class [(infix operator: (_) @name) (parens (infix operator: (_) @name))] declarations: (_)? @body) @definition.class
(instance name: (_) @name declarations: (_)? @body) @definition.instance
(instance (infix operator: (_) @name) declarations: (_)? @body) @definition.instance
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
([
   (data_type [(infix operator: (_) @name) (parens (infix operator: (_) @name))])
   (newtype [(infix operator: (_) @name) (parens (infix operator: (_) @name))])
   (type_synonym [(infix operator: (_) @name) (parens (infix operator: (_) @name))])
   (type_family [(infix operator: (_) @name) (parens (infix operator: (_) @name))])
   (data_family [(infix operator: (_) @name) (parens (infix operator: (_) @name))])
 ] @definition.type)
(declarations (type_instance name: (_) @name) @definition.instance)

(header module: (module) @scope @member.module)
(class_declarations (signature names: (_ [(variable) @member.method (_ "(" (_) @member.method)])) @span)
(data_constructor (_ [name: (constructor) @member.constructor name: (_ "(" (_) @member.constructor) operator: (_) @member.constructor]))
(newtype_constructor [name: (constructor) @member.constructor name: (_ "(" (_) @member.constructor)])
(gadt_constructor [name: (constructor) @member.constructor name: (_ "(" (_) @member.constructor)])
(gadt_constructor names: (_ [(constructor) @member.constructor (_ "(" (_) @member.constructor)]))
(field name: (field_name (variable) @member.field))
(pattern_synonym (equation synonym: (_ field: (_ field: (field_name (variable) @member.field)))))
(instance_declarations (type_instance name: (_) @member.type) @span)
(declarations (bind pattern: (_) @pattern.function) @span)
