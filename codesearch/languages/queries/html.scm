(script_element) @definition.script
(style_element) @definition.style
((element (start_tag (tag_name) @_tag (attribute (attribute_name) @_a (quoted_attribute_value (attribute_value) @name)))) @definition.element
  (#match? @_a "^(?i:id)$")
  (#not-match? @_tag "^(?i:a|span|input|li|option|td|tr|th|p|img|button|label|i|b|em|h[1-6])$"))
((element (start_tag (tag_name) @name)) @definition.section
  (#match? @name "^(?i:header|nav|main|section|article|aside|footer|form|table|template|dialog|head)$"))
