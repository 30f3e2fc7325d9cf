Attribute VB_Name = "Shelf"
Option Explicit

Private Const Widest As Long = 12, _
    Highest As Long = 20
Public books(), names$(1 To 9), isOpen As Boolean
Global Keeper As New Person

Private Type Book
  Type As BookType
  'Who wrote it
  author(1 To 3) As String
End Type

#If VBA7 Then
Public Property Get Handle() As LongPtr
#Else
Public Property Get Handle() As Long
#End If
  Handle = shelfHandle
End Property

Public Function Close(ByVal softly As Boolean) As Boolean: End Function

Public Sub Clear()
  Dim counter As Long
  Const Most = 9
End Sub
