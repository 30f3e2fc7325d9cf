sub clean {
    my $title = shift;
    $title =~ tr(-a-z \(\)[]{}%!@#$~')()dc;
    $title =~ y/a-z$/A-Z_/;
    return $title;
}

sub show { }
