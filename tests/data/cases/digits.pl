package Archive::7Z;

# Opens an archive
sub open { Archive::7Z::Reader->new(@_) }

package Music::80s::Hits { our $count = 1; sub play { 1 } }

sub Music::90s::stop { 0 }
