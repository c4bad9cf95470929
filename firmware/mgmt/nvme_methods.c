/* bdev_nvme_attach_controller ...: all of them on the control cluster only, where the driver owns the controllers; it
 * tells the other clusters itself. */
#include "mgmt/nvme_methods.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bdev/module.h"
#include "mgmt/rpc.h"
#include "nvme/pcie.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct nvme_options defaults;

/* --- Options --------------------------------------------------------------------------------------------------------
 */

struct timeouts {
	char action[8];
	uint32_t io_us, admin_us, requests;
};
static const struct rpc_param kOptions[] = {
	{"action_on_timeout", RPC_STRING, false, RPC_FIELD(struct timeouts, action)},
	{"timeout_us", RPC_U32, false, RPC_FIELD(struct timeouts, io_us)},
	{"timeout_admin_us", RPC_U32, false, RPC_FIELD(struct timeouts, admin_us)},
	{"io_queue_requests", RPC_U32, false, RPC_FIELD(struct timeouts, requests)},
};

static void set_options(struct rpc_request *request)
{
	struct timeouts p = {"reset", defaults.io_timeout_us, defaults.admin_timeout_us, defaults.queue_entries};

	if (!rpc_decode(request, rpc_params(request), kOptions, COUNT(kOptions), &p))
		return;
	/* What the driver does: an abort, then a reset. */
	if (strcmp(p.action, "reset") != 0) {
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: action_on_timeout is not reset");
		return;
	}
	if (p.requests == 1 || p.requests > NVME_QUEUE_ENTRIES_MAX) {
		rpc_errno(request, -EINVAL);
		return;
	}
	defaults.io_timeout_us = p.io_us;
	defaults.admin_timeout_us = p.admin_us;
	defaults.queue_entries = p.requests;
	rpc_done_true(request);
}

/* --- Attaching ------------------------------------------------------------------------------------------------------
 */

static void attached(struct nvme_ctrlr *ctrlr, int error, void *arg)
{
	struct rpc_request *request = arg;
	struct json_writer *w = rpc_result(request);

	if (error) {
		rpc_errno(request, error);
		return;
	}
	const struct nvme_device_info *info = nvme_ctrlr_info(ctrlr);

	json_open_array(w, NULL);
	for (unsigned i = 0; i < info->namespaces; i++) {
		char name[BDEV_NAME_MAX];

		snprintf(name, sizeof name, "%sn%u", info->name, info->ns[i].nsid);
		json_string(w, NULL, name);
	}
	json_close_array(w);
	rpc_done(request);
}

struct attach {
	char name[NVME_NAME_MAX], trtype[8], traddr[NVME_TRADDR_MAX];
};
static const struct rpc_param kAttach[] = {
	{"name", RPC_STRING, true, RPC_FIELD(struct attach, name)},
	{"trtype", RPC_STRING, true, RPC_FIELD(struct attach, trtype)},
	{"traddr", RPC_STRING, true, RPC_FIELD(struct attach, traddr)},
};

static void attach(struct rpc_request *request)
{
	struct attach p;

	if (!rpc_decode(request, rpc_params(request), kAttach, COUNT(kAttach), &p))
		return;
	if (strcasecmp(p.trtype, "pcie") != 0) {
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: trtype is not PCIe");
		return;
	}
	const int error = nvme_pcie_attach(p.name, p.traddr, &defaults, attached, request);

	if (error)
		rpc_errno(request, error);
}

/* --- What there is --------------------------------------------------------------------------------------------------
 */

/* Parameters of a method on one controller: its name. */
static const struct rpc_param kName[] = {{"name", RPC_STRING, true, 0, NVME_NAME_MAX}};

static struct nvme_ctrlr *find(const char *name)
{
	struct nvme_ctrlr *ctrlr = nvme_ctrlr_next(NULL);

	while (ctrlr && strcmp(nvme_ctrlr_name(ctrlr), name) != 0)
		ctrlr = nvme_ctrlr_next(ctrlr);
	return ctrlr;
}

static void put_ctrlr(struct json_writer *w, const struct nvme_ctrlr *ctrlr)
{
	static const char *const kStates[] = {
		[NVME_ENABLED] = "enabled",
		[NVME_RESETTING] = "resetting",
		[NVME_FAILED] = "failed",
		[NVME_DETACHING] = "deleting",
	};
	char traddr[NVME_TRADDR_MAX];

	json_open_object(w, NULL);
	json_string(w, "name", nvme_ctrlr_name(ctrlr));
	json_open_array(w, "ctrlrs");
	json_open_object(w, NULL);
	json_string(w, "state", kStates[nvme_ctrlr_condition(ctrlr)]);
	json_open_object(w, "trid");
	json_string(w, "trtype", "PCIe");
	if (nvme_pcie_traddr(ctrlr, traddr))
		json_string(w, "traddr", traddr);
	json_close_object(w);
	json_u64(w, "cntlid", nvme_ctrlr_data(ctrlr)->cntlid);
	json_close_object(w);
	json_close_array(w);
	json_close_object(w);
}

static void get_controllers(struct rpc_request *request)
{
	char name[NVME_NAME_MAX] = "";
	static const struct rpc_param kParams[] = {{"name", RPC_STRING, false, 0, NVME_NAME_MAX}};
	struct json_writer *w = rpc_result(request);

	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), name))
		return;
	if (name[0] && !find(name)) {
		rpc_errno(request, -ENODEV);
		return;
	}
	json_open_array(w, NULL);
	for (struct nvme_ctrlr *ctrlr = nvme_ctrlr_next(NULL); ctrlr; ctrlr = nvme_ctrlr_next(ctrlr))
		if (!name[0] || strcmp(nvme_ctrlr_name(ctrlr), name) == 0)
			put_ctrlr(w, ctrlr);
	json_close_array(w);
	rpc_done(request);
}

/* --- Resets and removal ---------------------------------------------------------------------------------------------
 */

static void ended(struct nvme_ctrlr *ctrlr, int error, void *arg)
{
	(void)ctrlr;
	rpc_errno(arg, error);
}

/* However it went: it is not there any more. */
static void detached(struct nvme_ctrlr *ctrlr, int error, void *arg)
{
	(void)ctrlr, (void)error;
	rpc_done_true(arg);
}

typedef void (*ctrlr_fn)(struct nvme_ctrlr *ctrlr, nvme_ctrlr_fn done, void *arg);

/* The request ends when what `fn` begins does. */
static void on_one(struct rpc_request *request, ctrlr_fn fn, nvme_ctrlr_fn done)
{
	char name[NVME_NAME_MAX];

	if (!rpc_decode(request, rpc_params(request), kName, COUNT(kName), name))
		return;
	struct nvme_ctrlr *ctrlr = find(name);

	if (ctrlr)
		fn(ctrlr, done, request);
	else
		rpc_errno(request, -ENODEV);
}

static void detach(struct rpc_request *request) { on_one(request, nvme_ctrlr_detach, detached); }
static void reset(struct rpc_request *request) { on_one(request, nvme_ctrlr_reset, ended); }

void nvme_methods_register(const struct nvme_options *options)
{
	static struct rpc_method methods[] = {
		{.name = "bdev_nvme_set_options", .run = set_options},
		{.name = "bdev_nvme_attach_controller", .run = attach},
		{.name = "bdev_nvme_detach_controller", .run = detach},
		{.name = "bdev_nvme_get_controllers", .run = get_controllers},
		{.name = "bdev_nvme_reset_controller", .run = reset},
	};

	defaults = *options;
	rpc_register(methods, COUNT(methods));
}
