; What an interface says of procedures that are defined elsewhere; an abstract one defines what it names.
(interface (interface_statement (abstract_specifier)) (subroutine (subroutine_statement name: (name) @name) . (_)? @body) @definition.interface)
(interface (interface_statement (abstract_specifier)) (function (function_statement name: (name) @name) . (_)? @body) @definition.interface)
(interface (subroutine (subroutine_statement name: (name) @name) . (_)? @body) @definition.declaration)
(interface (function (function_statement name: (name) @name) . (_)? @body) @definition.declaration)

(subroutine (subroutine_statement name: (name) @name) . (_)? @body) @definition.function
(function (function_statement name: (name) @name) . (_)? @body) @definition.function
(module_procedure (module_procedure_statement name: (name) @name) . (_)? @body) @definition.function
(program (program_statement (name) @name) . (_)? @body) @definition.program
(module (module_statement (name) @name) . (_)? @body) @definition.module
(submodule (submodule_statement (name) @name) . (_)? @body) @definition.module
(block_data (block_data_statement (name) @name) . (_)? @body) @definition.module
(derived_type_definition (derived_type_statement (type_name) @name) . (_)? @body) @definition.struct
(interface (interface_statement (name) @name) . (_)? @body) @definition.interface
(interface (interface_statement [(operator) (assignment) (defined_io_procedure)] @name) . (_)? @body) @definition.interface

(derived_type_definition (variable_declaration declarator: [
  (identifier) @member.field
  (sized_declarator . (identifier) @member.field)
  (_ left: (identifier) @member.field)
  (_ left: (sized_declarator . (identifier) @member.field))]))
(derived_type_definition (derived_type_procedures (procedure_statement declarator: (method_name) @member.method)))
(derived_type_definition (derived_type_procedures (procedure_statement declarator: (binding (binding_name) @member.method))))
(derived_type_definition (derived_type_procedures (generic_statement declarator: (binding_list (binding_name (_) @member.method)))))
(module (variable_declaration declarator: [
  (identifier) @member.variable
  (sized_declarator . (identifier) @member.variable)
  (_ left: (identifier) @member.variable)
  (_ left: (sized_declarator . (identifier) @member.variable))]))
(enumerator_statement declarator: [(identifier) @member.enumerator (_ left: (identifier) @member.enumerator)])
(entry_statement name: (name) @member.function)
(interface (interface_statement (operator (operator_name) @member.operator)))
