function(shop_configure config)
  list(APPEND options --config \"${config}\")
  set(names "[====[${config}]====]")
  string(REPLACE ";" "]====] [====[" names "${names}")
  string(REGEX REPLACE \\( "" names "${names}")
endfunction()

# Adds a shelf
function(shop_shelf name)
  add_library(shelf_${name} shelf.c)
endfunction()
