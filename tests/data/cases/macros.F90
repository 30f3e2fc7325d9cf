#include "macros.inc"
module carts
    type :: cart
    contains
        procedure :: WRAPPED(cart_total)
        generic, public :: get => WRAPPED(cart_get), &
#ifdef WIDE
                                  WRAPPED(cart_get_wide), &
#endif
                                  cart_get_plain
        procedure(ABSTRACT_COUNT), deferred :: count_all
    end type
    real :: WORK(N)
contains
    subroutine add(a)
        integer :: a
SHOP_OMP parallel default(none) &
SHOP_OMP private(i)
        do i = 1, 2
            a = a + 1
        end do
SHOP_OMP end parallel
    end subroutine add
    SHOP_REAL function price(x)
    end function
end module
