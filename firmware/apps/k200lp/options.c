/* Arguments: the personality, then key=value. */
#include <stdlib.h>
#include <string.h>

#include "cos/console.h"
#include "k200lp.h"

static const struct k200lp_personality *const personalities[] = {&personality_tcp, &personality_emul};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct k200lp_personality *find_personality(const char *name)
{
	for (unsigned i = 0; i < COUNT(personalities); i++)
		if (strcmp(personalities[i]->name, name) == 0)
			return personalities[i];
	cos_panic("no personality '%s'", name);
}

static unsigned number(const char *key, const char *text, unsigned min, unsigned max)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (*text == 0 || *end || value < min || value > max)
		cos_panic("%s=%s: not a number from %u to %u", key, text, min, max);
	return (unsigned)value;
}

static void set(struct k200lp_options *options, const char *argument)
{
	const struct {
		const char *key;
		unsigned *value;
		unsigned min, max;
	} numbers[] = {{"clusters", &options->clusters, 1, MPPA_CLUSTERS - 1},
		       {"pes", &options->pes, 1, MPPA_PES},
		       {"mtu", &options->mtu, 1280, 9216},
		       {"volumes", &options->volumes, 1, 128},
		       {"volume_mib", &options->volume_mib, 1, 1u << 20},
		       {"ssd_queue", &options->ssd_queue, 2, 1024},
		       {"ssd_controller", &options->ssd_controller, 0, 4},
		       {"ssd_timeout_ms", &options->ssd_timeout_ms, 1, 60000}};
	const char *equals = strchr(argument, '=');

	for (unsigned i = 0; equals && i < COUNT(numbers); i++) {
		if (strncmp(argument, numbers[i].key, (size_t)(equals - argument)) == 0 &&
		    numbers[i].key[equals - argument] == 0) {
			*numbers[i].value = number(numbers[i].key, equals + 1, numbers[i].min, numbers[i].max);
			return;
		}
	}
	if (strncmp(argument, "volume_kind=", 12) == 0)
		options->volume_kind = equals + 1;
	else
		cos_panic("unknown argument '%s'", argument);
}

struct k200lp_options k200lp_parse(int argc, char **argv)
{
	struct k200lp_options options = {.clusters = 4,
					 .pes = 8,
					 .mtu = 9000,
					 .volume_kind = "nvme",
					 .volumes = 8,
					 .volume_mib = 64,
					 .ssd_queue = 32,
					 .ssd_controller = 4,
					 .ssd_timeout_ms = 2000};

	if (argc < 2)
		cos_panic("which personality?");
	options.personality = find_personality(argv[1]);
	for (int i = 2; i < argc; i++)
		set(&options, argv[i]);
	return options;
}
