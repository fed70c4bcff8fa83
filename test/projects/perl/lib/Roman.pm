package Roman;
use strict;
use warnings;

my @digits = (
    [1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'],
    [50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I'],
);

sub roman {
    my ($number) = @_;
    my $text = '';
    for my $digit (@digits) {
        my ($value, $letters) = @$digit;
        while ($number >= $value) {
            $text .= $letters;
            $number -= $value;
        }
    }
    return $text;
}

1;
