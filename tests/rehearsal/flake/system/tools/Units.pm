package Units;
# Reads unit files with their drop-ins and says what a difference between two of them asks for.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(read_unit flag difference words);

# Keys of [Unit] that change nothing about a running service.
my %harmless = map { $_ => 1 } qw(
    Description Documentation OnFailure OnSuccess OnFailureJobMode IgnoreOnIsolate StopWhenUnneeded
    RefuseManualStart RefuseManualStop AllowIsolate CollectMode SourcePath X-Reload-Triggers
);

# { section => { key => [values] } }; an empty value takes back what came before it.
sub read_unit {
    my ($path) = @_;
    my %unit;
    for my $file ($path, sort glob("$path.d/*.conf")) {
        open my $in, '<', $file or die "read unit $file: $!\n";
        my $section = '';
        while (my $line = <$in>) {
            chomp $line;
            next if $line =~ /^\s*([#;]|$)/;
            if ($line =~ /^\[(.+)\]$/) { $section = $1; $unit{$section} //= {} unless $section eq 'Install'; next }
            next if $section eq 'Install' or $line !~ /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/;
            if ($2 eq '') { $unit{$section}{$1} = [] } else { push @{ $unit{$section}{$1} }, $2 }
        }
    }
    return \%unit;
}

sub flag {
    my ($unit, $section, $key, $default) = @_;
    my $values = $unit->{$section}{$key} or return $default;
    return @$values && $values->[-1] =~ /^(1|yes|true|on)$/ ? 1 : 0;
}

sub words { map { split ' ' } @{ $_[0]->{ $_[1] }{ $_[2] } // [] } }

# 'equal', 'reload' or 'restart'.
sub difference {
    my ($old, $new) = @_;
    my $verdict = 'equal';
    my %sections = map { $_ => 1 } keys %$old, keys %$new;
    for my $section (keys %sections) {
        my ($before, $after) = ($old->{$section} // {}, $new->{$section} // {});
        return 'restart' if $section ne 'Unit' and !($old->{$section} && $new->{$section});
        my %keys = map { $_ => 1 } keys %$before, keys %$after;
        for my $key (keys %keys) {
            next if join("\0", @{ $before->{$key} // [] }) eq join("\0", @{ $after->{$key} // [] });
            my $reload_only = $section eq 'Unit' && $key eq 'X-Reload-Triggers' || $section eq 'Mount' && $key eq 'Options';
            if ($reload_only) { $verdict = 'reload' if $after->{$key}; next }
            return 'restart' unless $section eq 'Unit' && $harmless{$key};
        }
    }
    return $verdict;
}

1;
