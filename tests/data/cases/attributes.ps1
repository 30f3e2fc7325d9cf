[DscResource()]
class Shelf : Base
{
    [DscProperty()]
    # Checked below, too.
    [ValidateRange(0, 9)]
    [Nullable[System.UInt32]]
    $Width

    [int] Count() { return 1 }
}

function Open-Shelf
{
    [CmdletBinding()]
    [OutputType([Shop.Shelf[]])]
    param
    (
        [Parameter(Mandatory = $true, ParameterSetName = 'ByName')]
        [Parameter(ParameterSetName = 'ByShelf')]
        [ValidateSet('Left', 'Right')]
        [System.String[]]
        $Side,
        [Parameter(Mandatory = $true, ParameterSetName = 'ByName')]
        [Parameter(ParameterSetName = 'ByShelf')]
        [ValidateSet('Left', 'Right')]
        [System.String[]]
        $Other
    )
    $width = if ($Side)
    {
        1
    }
    else
    {
        2
    }
}

function Close-Shelf { }
