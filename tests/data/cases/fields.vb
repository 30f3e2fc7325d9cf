Namespace Shop
    Public Class Cart
        Implements IDisposable

        ' Who buys
        Private ReadOnly _customer As Customer, _notes As New Dictionary(Of String, List(Of Integer))
        <XmlIgnore> Public Shared Count As Integer = If(IsOpen, 1, 2)
        Friend WithEvents AddButton As Button
        Private Const Greeting = "it's, yours", Parting As String = "bye" ' Never, Shown
        Dim sizes() As Integer = {1,
            small, large}

        Public Property Total As Decimal

        Public Sub Add(item As Item)
            Dim local As Integer
        End Sub
    End Class
End Namespace

<Global.System.CodeDom.Compiler.GeneratedCodeAttribute("Tool", "4.0.0.0"),  _
 Global.System.Diagnostics.DebuggerNonUserCodeAttribute()>  _
Friend Module Resources
    <Browsable(False), _
     Obsolete> _
    Private manager As ResourceManager
End Module
