; hooks/html.py names what has no id and drops what is too small to stand alone.
(script_element) @definition.script
(style_element) @definition.style
((element (start_tag (tag_name) (attribute (attribute_name) @_id
    [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name]))) @definition.element
  (#match? @_id "^[iI][dD]$"))
((element (start_tag (tag_name) @name)) @definition.element
  (#match? @name "^(?i:header|nav|main|section|article|aside|footer|form|table|template|dialog)$"))

; Titles and headings are captured with their markup; the hook takes the text out of them.
((element (start_tag (tag_name) @_title)) @doc (#match? @_title "^(?i:title)$"))
((element (start_tag (tag_name) @_heading)) @member.section @span (#match? @_heading "^(?i:h[1-6])$"))
((attribute (attribute_name) @_id
    [(quoted_attribute_value (attribute_value) @member.element) (attribute_value) @member.element]) (#match? @_id "^[iI][dD]$"))
