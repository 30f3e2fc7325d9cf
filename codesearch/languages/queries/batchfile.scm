(label) @name @definition.label
