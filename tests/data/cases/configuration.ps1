# Sets the shop up.
Configuration ShopSetup
{
    node localhost
    {
        WindowsFeature Till { Ensure = 'Present' }
    }
}

function Open-Shop { }
