function(
  shop_add
  package
)
  add_library(${package}
    STATIC a.c)
endfunction()
