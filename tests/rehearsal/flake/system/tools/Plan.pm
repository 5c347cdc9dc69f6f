package Plan;
# Decides, from what is active now, which units a switch stops, starts, restarts, reloads or leaves alone.
use strict;
use warnings;
use Exporter 'import';
use Cwd 'realpath';
use Units qw(read_unit flag difference words);
our @EXPORT_OK = qw(plan_units requested shown);

my $current = '/etc/systemd/system';
my %started_by_boot = map { $_ => 1 } qw(sysinit.target basic.target multi-user.target graphical.target);
my %never_started_again = map { $_ => 1 } qw(suspend.target hibernate.target hybrid-sleep.target);

# %$active: unit => [state, substate]. Lists left by an interrupted switch are taken up in %$plan beforehand.
sub plan_units {
    my ($plan, $active, $toplevel) = @_;
    for my $unit (sort keys %$active) {
        next unless $active->{$unit}[0] =~ /^(active|activating)$/;
        my $base = base_unit($unit, $toplevel);
        my ($old_file, $new_file) = ("$current/$base", "$toplevel/etc/systemd/system/$base");
        next unless -e $old_file;
        if (!-e $new_file or realpath($new_file) eq '/dev/null') {
            $plan->{stop}{$unit} = 1 if flag(read_unit($old_file), 'Unit', 'X-StopOnRemoval', 1);
        }
        elsif ($unit =~ /\.target$/) { plan_target($plan, $unit, read_unit($new_file)) }
        else {
            my $new = read_unit($new_file);
            my $change = difference(read_unit($old_file), $new);
            plan_changed($plan, $active, $unit, $base, $new, $toplevel, 0) if $change eq 'restart';
            $plan->{reload}{$unit} = 1 if $change eq 'reload' and !$plan->{restart}{$unit};
        }
    }
}

# name@instance.service is judged by name@.service where it has no file of its own.
sub base_unit {
    my ($unit, $toplevel) = @_;
    return $unit if -e "$current/$unit" or -e "$toplevel/etc/systemd/system/$unit";
    return $unit =~ /^(.*)@[^.]*\.(.*)$/ ? "$1\@.$2" : $unit;
}

# Active targets are started again, unseen, so that what they newly want comes up.
sub plan_target {
    my ($plan, $unit, $new) = @_;
    unless ($never_started_again{$unit} or flag($new, 'Unit', 'RefuseManualStart', 0)
        or flag($new, 'Unit', 'X-OnlyManualStart', 0)) {
        $plan->{start}{$unit} = 1;
        $plan->{unseen}{$unit} = 1;
    }
    $plan->{stop}{$unit} = 1 if flag($new, 'Unit', 'X-StopOnReconfiguration', 0);
}

# With $at_once (asked for by the activation script, after the stopping) a stop and start becomes a restart.
sub plan_changed {
    my ($plan, $active, $unit, $base, $new, $toplevel, $at_once) = @_;
    return if $started_by_boot{$unit} or $unit =~ /\.(slice|socket|path)$/;
    return $plan->{ $unit eq '-.mount' || $unit eq 'nix.mount' ? 'reload' : 'restart' }{$unit} = 1 if $unit =~ /\.mount$/;
    my $gone = $at_once ? $plan->{restart} : $plan->{stop};
    if (flag($new, 'Service', 'X-ReloadIfChanged', 0) and !$plan->{restart}{$unit} and !$gone->{$unit}) {
        return $plan->{reload}{$unit} = 1;
    }
    if (!flag($new, 'Service', 'X-RestartIfChanged', 1) or flag($new, 'Unit', 'RefuseManualStop', 0)
        or flag($new, 'Unit', 'X-OnlyManualStart', 0)) {
        return $plan->{skip}{$unit} = 1;
    }
    delete $plan->{reload}{$unit};
    if ($unit !~ /\.service$/ or !flag($new, 'Service', 'X-StopIfChanged', 1)) {
        return $plan->{restart}{$unit} = 1;
    }

    # Of a socket-activated service the sockets are stopped and started, and the service comes when it is called.
    (my $name = $base) =~ s/\.service$//;
    my @sockets = words($new, 'Service', 'Sockets');
    my $by_socket = 0;
    for my $socket (@sockets ? @sockets : "$name.socket") {
        next unless $active->{$socket};
        $at_once ? ($plan->{restart}{$socket} = 1) : ($plan->{stop}{$socket} = 1);
        next unless -e "$toplevel/etc/systemd/system/$socket";
        $plan->{start}{$socket} = 1 unless $at_once;
        $by_socket = 1;
    }
    $by_socket = 0 if flag($new, 'Service', 'X-NotSocketActivated', 0);
    if   ($at_once) { $plan->{restart}{$unit} = 1 }
    else            { $plan->{stop}{$unit} = 1; $plan->{start}{$unit} = 1 unless $by_socket }
}

# Takes up the restarts and reloads that an activation script wrote down, and forgets the lists.
sub requested {
    my ($plan, $active, $toplevel, $restarts, $reloads) = @_;
    for my $unit (@$restarts) {
        if (!$active->{$unit}) { $plan->{start}{$unit} = 1; next }
        my $base = base_unit($unit, $toplevel);
        plan_changed($plan, $active, $unit, $base, read_unit("$toplevel/etc/systemd/system/$base"), $toplevel, 1);
    }
    for my $unit (@$reloads) {
        $plan->{reload}{$unit} = 1 if $active->{$unit} and !$plan->{restart}{$unit} and !$plan->{stop}{$unit};
    }
}

# The names of one list as they are printed: sorted without case, comma-joined, targets left out.
sub shown {
    my ($plan, $list) = @_;
    return join ', ', sort { lc $a cmp lc $b } grep { !$plan->{unseen}{$_} } keys %{ $plan->{$list} };
}

1;
