package System;
# The few ways in which a switch touches the machine: systemctl, the journal, and its lists under /run/nixos.
use strict;
use warnings;
use Exporter 'import';
use Socket qw(AF_UNIX SOCK_DGRAM pack_sockaddr_un);
our @EXPORT_OK = qw(systemctl active_units journal list_of remember forget has_failed);

my $systemctl = "$ENV{SYSTEMD}/bin/systemctl";

# True when all went well; with an empty set there is nothing to do.
sub systemctl {
    my ($verb, $units) = @_;
    return system($systemctl, $verb) == 0 unless defined $units;
    return 1 unless %$units;
    return system($systemctl, $verb, '--', sort keys %$units) == 0;
}

# unit => [state, substate] of everything that is not inactive.
sub active_units {
    open my $list, '-|', $systemctl, qw(list-units --full --plain --no-legend --no-pager) or die "list units: $!\n";
    my %units;
    while (<$list>) {
        my ($unit, undef, $state, $substate) = split;
        $units{$unit} = [$state, $substate] if $state ne 'inactive';
    }
    return %units;
}

# Failed, or waiting for a restart after a start that went wrong.
sub has_failed {
    my ($unit, $state) = @_;
    return 1 if $state->[0] eq 'failed';
    return 0 unless $state->[1] eq 'auto-restart' and $unit =~ /\.service$/;
    open my $show, '-|', $systemctl, qw(show --value --property=ExecMainStatus --), $unit or return 0;
    return (<$show> // 0) != 0;
}

sub journal {
    my ($text) = @_;
    socket my $log, AF_UNIX, SOCK_DGRAM, 0 or return;
    send $log, "<14>nixos[$$]: $text", 0, pack_sockaddr_un('/dev/log');
}

# The lines of a file, none if it is not there.
sub list_of {
    open my $in, '<', $_[0] or return wantarray ? () : '';
    chomp(my @lines = grep { /\S/ } <$in>);
    return wantarray ? @lines : join "\n", @lines;
}

sub remember {
    my ($plan) = @_;
    for my $list (qw(start restart reload)) {
        open my $file, '>', "/run/nixos/$list-list" or next;
        print $file map { "$_\n" } sort keys %{ $plan->{$list} };
    }
}

# Removes a list under /run/nixos and returns what it held.
sub forget {
    my @units = list_of("/run/nixos/$_[0]");
    unlink "/run/nixos/$_[0]";
    return \@units;
}

1;
