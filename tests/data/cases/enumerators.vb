Public Enum Size
    ' For children.
    Small = 1 ' one
    Large
End Enum
