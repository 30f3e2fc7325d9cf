local a <const>, continue = 1, true
::again::
local b = (a << 3) | (a >> 2)
local text = "a: b" .. [[ `c` := ]]
if continue then goto again end
local const = { list = a, if_any = b }

-- `Adds` a line: to the cart, if there is one
local function add_line(cart)
  cart:add(a, const)
end
