// The admin command set [5].
#pragma once

#include <vector>

#include "models/ssd/nvme/features.h"
#include "models/ssd/nvme/queues.h"

namespace mppa::ssd::nvme {

class Controller;

class AdminCommands {
 public:
  explicit AdminCommands(Controller& controller) : controller_(controller) {}
  void execute(const CommandPtr& command);

 private:
  Status create_sq(const Sqe& sqe);
  Status create_cq(const Sqe& sqe);
  Status delete_sq(const Sqe& sqe);
  Status delete_cq(const Sqe& sqe);
  bool is_queue_id(u32 id) const;
  bool has_io_queues() const;

  void set_features(const CommandPtr& command);
  void get_features(const CommandPtr& command);
  /// Features whose value is more than a double word or is kept elsewhere; false if this is none of them.
  bool set_special_feature(const CommandPtr& command, Feature feature);
  bool get_special_feature(const CommandPtr& command, Feature feature, FeatureSelect select);
  Status check_feature_value(Feature feature, u32 value) const;
  void set_timestamp(const CommandPtr& command);
  void set_host_id(const CommandPtr& command);

  void format(const CommandPtr& command);
  void download_firmware(const CommandPtr& command);
  Status commit_firmware(const Sqe& sqe);

  Controller& controller_;
  std::vector<u8> image_;  ///< what has been downloaded so far
};

}  // namespace mppa::ssd::nvme
